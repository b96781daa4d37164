// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// An X server of our own, ended with the object, by its process id.
class OwnDisplay {
 public:
  OwnDisplay() {
    int ends[2]; // NOLINT(modernize-avoid-c-arrays): pipe's own
    if (::pipe(ends) != 0)
      return;
    server_ = ::fork();
    if (server_ == 0) {
      ::close(ends[0]);
      const std::string number = std::to_string(ends[1]);
      ::execlp("Xvfb", "Xvfb", "-displayfd", number.c_str(), "-screen", "0", "1600x1200x24", "-nolisten", "tcp", "-ac",
               static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string number;
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';)
      number += c;
    ::close(ends[0]);
    if (!number.empty())
      ::setenv("DISPLAY", (":" + number).c_str(), 1);
  }
  ~OwnDisplay() {
    if (server_ > 0) {
      ::kill(server_, SIGTERM);
      ::waitpid(server_, nullptr, 0);
    }
  }

 private:
  pid_t server_ = -1;
};

} // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests))
    return RUN_ALL_TESTS();
  ::unsetenv("DISPLAY");
  ::unsetenv("QT_QPA_PLATFORM");
  const OwnDisplay display;
  if (!std::getenv("DISPLAY")) {
    std::fputs("Xvfb did not start (install xvfb): the window cannot be tested\n", stderr);
    return 1;
  }
  QApplication application(argc, argv);
  return RUN_ALL_TESTS();
}
