// SPDX-License-Identifier: Apache-2.0
// Real programs: shells that sleep, fail, refuse to end and leave children behind.
#include "osteocalc/core/child_process.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace osteocalc {
namespace {

class ChildProcess : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  [[nodiscard]] ChildCommand shell(const std::string& script) const {
    ChildCommand command{{"/bin/sh", "-c", script}, folder, folder / "log", {}, {}};
    command.grace_s = 0.3;
    return command;
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream in(folder / name);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  /// A process that was noted in a file is gone or will be at once; one that only waits to be reaped has ended too.
  [[nodiscard]] bool ended(const std::string& name) const {
    const pid_t pid = std::stoi(text_of(name));
    for (int i = 0; i < 100; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
      std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
      std::string number, program, state;
      in >> number >> program >> state;
      if (!in || state == "Z")
        return true;
    }
    kill(pid, SIGKILL);
    return false;
  }
  const std::filesystem::path folder = test::test_path();
};

TEST_F(ChildProcess, WorksInItsFolderAndItsWordsGoToTheLog) {
  const ChildOutcome outcome = run_child(shell("echo out; echo err >&2; pwd > where"));
  EXPECT_TRUE(outcome.succeeded());
  EXPECT_EQ(text_of("log"), "out\nerr\n");
  EXPECT_EQ(text_of("where"), std::filesystem::canonical(folder).string() + "\n");
  EXPECT_GT(outcome.peak_rss_bytes, 100'000U);
}

TEST_F(ChildProcess, ItsResultCanBeKeptApartFromItsWords) {
  ChildCommand command = shell("echo out; echo err >&2");
  command.output = folder / "out";
  EXPECT_TRUE(run_child(command).succeeded());
  EXPECT_EQ(text_of("log"), "err\n");
  EXPECT_EQ(text_of("out"), "out\n");
}

TEST_F(ChildProcess, MemoryOfADescendantInAnotherGroupCountsAndItIsStopped) {
  ChildCommand command = shell("setsid -w sh -c 'echo $$ > inner; tail /dev/zero'");
  command.memory_limit_bytes = 50'000'000;
  command.time_limit_s = 30;
  const ChildOutcome outcome = run_child(command);
  EXPECT_TRUE(outcome.out_of_memory);
  EXPECT_TRUE(ended("inner"));
}

TEST_F(ChildProcess, ItHasNothingToRead) {
  ChildCommand command = shell("cat; echo end");
  command.time_limit_s = 10;
  EXPECT_TRUE(run_child(command).succeeded());
  EXPECT_EQ(text_of("log"), "end\n");
}

TEST_F(ChildProcess, ItsExitStatusIsReported) {
  const ChildOutcome outcome = run_child(shell("exit 7"));
  EXPECT_EQ(outcome.exit_status, 7);
  EXPECT_FALSE(outcome.signal);
  EXPECT_FALSE(outcome.succeeded());
  EXPECT_EQ(to_string(outcome), "exit status 7 after 0 s");
}

TEST_F(ChildProcess, TheSignalThatEndedItIsReported) {
  const ChildOutcome outcome = run_child(shell("kill -SEGV $$"));
  EXPECT_EQ(outcome.signal, SIGSEGV);
  EXPECT_FALSE(outcome.exit_status);
  EXPECT_NE(to_string(outcome).find("signal 11"), std::string::npos);
}

TEST_F(ChildProcess, AProgramThatIsNotThereCannotBeStarted) {
  EXPECT_THROW(static_cast<void>(run_child({{"/no/such/program"}, {}, {}, {}, {}})), IoError);
}

TEST_F(ChildProcess, AtTheTimeLimitTheWholeGroupEndsEvenWhereItIgnoresTerm) {
  // The child and its own child ignore SIGTERM; both note who they are.
  ChildCommand command = shell("trap '' TERM; sh -c 'echo $$ > grandchild; while :; do sleep 1; done' & "
                               "echo $$ > child; while :; do sleep 1; done");
  command.time_limit_s = 0.5;
  const auto start = std::chrono::steady_clock::now();
  const ChildOutcome outcome = run_child(command);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.signal, SIGKILL);
  EXPECT_GE(outcome.seconds, 0.75); // the limit and the grace
  EXPECT_TRUE(ended("child"));
  EXPECT_TRUE(ended("grandchild"));
}

TEST_F(ChildProcess, AtTheTimeLimitItMayEndInOrder) {
  ChildCommand command = shell("trap 'echo tidied > tidied; exit 0' TERM; while :; do sleep 0.05; done");
  command.time_limit_s = 0.3;
  command.grace_s = 5;
  const ChildOutcome outcome = run_child(command);
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_FALSE(outcome.succeeded()); // although it says 0
  EXPECT_EQ(text_of("tidied"), "tidied\n");
  EXPECT_LT(outcome.seconds, 4);
}

TEST_F(ChildProcess, WhatItLeavesBehindIsKilled) {
  const ChildOutcome outcome = run_child(shell("sleep 60 & echo $! > left"));
  EXPECT_TRUE(outcome.succeeded());
  EXPECT_TRUE(ended("left"));
}

TEST_F(ChildProcess, AtTheMemoryLimitItIsStopped) {
  // A shell variable doubled to 64 MB; the limit counts the whole group.
  ChildCommand command =
      shell("sh -c 'a=0123456789abcdef; while [ ${#a} -lt 67108864 ]; do a=$a$a; done; sleep 60' & wait");
  command.memory_limit_bytes = 48U << 20U;
  command.time_limit_s = 30;
  const ChildOutcome outcome = run_child(command);
  EXPECT_TRUE(outcome.out_of_memory);
  EXPECT_FALSE(outcome.timed_out);
  EXPECT_GT(outcome.peak_rss_bytes, 48U << 20U);
}

TEST_F(ChildProcess, AnInterruptedProcessStopsItsChildAndPassesTheSignalOn) {
  const pid_t self = fork(); // the process that is interrupted; GoogleTest stays out of it
  if (self == 0) {
    const ChildOutcome outcome = run_child(shell("sh -c 'echo $$ > grandchild; sleep 60' & wait"));
    std::ofstream(folder / "cleaned") << outcome.interrupted_by.value_or(0);
    pass_on(outcome);
    _exit(0);
  }
  for (int i = 0; i < 500 && text_of("grandchild").empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  kill(self, SIGTERM);
  int state = 0;
  waitpid(self, &state, 0);
  ASSERT_TRUE(WIFSIGNALED(state));
  EXPECT_EQ(WTERMSIG(state), SIGTERM);
  EXPECT_EQ(text_of("cleaned"), std::to_string(SIGTERM));
  EXPECT_TRUE(ended("grandchild"));
}

TEST_F(ChildProcess, AQuotedWordComesBackFromTheShellUnchanged) {
  const std::string word = "a b'c\"$HOME`id`\\*;\nd";
  ASSERT_TRUE(run_child(shell("printf %s " + shell_quoted(word))).succeeded());
  EXPECT_EQ(text_of("log"), word);
}

} // namespace
} // namespace osteocalc
