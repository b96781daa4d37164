// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/child_process.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <numeric>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace osteocalc {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds first_poll{2}, longest_poll{50};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// --- Interruption: while any child runs, SIGINT, SIGTERM and SIGHUP only leave a note.

constexpr std::array interruptions{SIGINT, SIGTERM, SIGHUP};
std::atomic<int> interruption{0};
static_assert(std::atomic<int>::is_always_lock_free); // a signal handler may touch it

extern "C" void note_interruption(int signal) {
  interruption = signal;
}

/// Handlers for as long as a child runs in any thread.
class InterruptionGuard {
 public:
  InterruptionGuard() {
    const std::lock_guard lock(mutex_);
    if (users_++ > 0)
      return;
    interruption = 0;
    for (std::size_t i = 0; i < interruptions.size(); ++i) {
      struct sigaction action {};
      action.sa_handler = note_interruption;
      sigaction(interruptions[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) // nohup stays in force
        sigaction(interruptions[i], &action, nullptr);
    }
  }
  ~InterruptionGuard() {
    const std::lock_guard lock(mutex_);
    if (--users_ == 0)
      for (std::size_t i = 0; i < interruptions.size(); ++i)
        sigaction(interruptions[i], &before_[i], nullptr);
  }
  InterruptionGuard(const InterruptionGuard&) = delete;
  InterruptionGuard& operator=(const InterruptionGuard&) = delete;

 private:
  static inline std::mutex mutex_;
  static inline int users_ = 0;
  static inline std::array<struct sigaction, interruptions.size()> before_{};
};

// --- The family: every process of the child's group, and all that descend from one of them. A program of ours that
// runs another gives it a group of its own.

struct Process {
  pid_t id = 0, parent = 0, group = 0;
  std::size_t rss_bytes = 0;
};

/// Fields after the name in /proc/N/stat: state, parent, group ... 22 fields on, the resident pages.
std::optional<Process> read_process(const std::filesystem::path& folder) {
  static const auto page_bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::ifstream stat(folder / "stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');
  char state = 0;
  long parent = 0, group = 0, rss_pages = 0;
  if (name_end == std::string::npos ||
      std::sscanf(text.c_str() + name_end + 1,
                  " %c %ld %ld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld", &state,
                  &parent, &group, &rss_pages) != 4 ||
      state == 'Z' || state == 'X')
    return std::nullopt;
  return Process{static_cast<pid_t>(std::stol(text)), static_cast<pid_t>(parent), static_cast<pid_t>(group),
                 static_cast<std::size_t>(rss_pages) * page_bytes};
}

std::vector<Process> read_all_processes() {
  std::vector<Process> all;
  std::error_code ended; // processes come and go while the folder is read
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ended))
    if (entry.path().filename().string().find_first_not_of("0123456789") == std::string::npos)
      if (const auto process = read_process(entry.path()))
        all.push_back(*process);
  return all;
}

/// Read once for all threads that watch a child: a node may hold thousands of processes.
std::shared_ptr<const std::vector<Process>> recent_processes() {
  static std::mutex mutex;
  static std::shared_ptr<const std::vector<Process>> table;
  static Clock::time_point read_at;
  const std::lock_guard lock(mutex);
  if (!table || Clock::now() - read_at > longest_poll / 2) {
    table = std::make_shared<const std::vector<Process>>(read_all_processes());
    read_at = Clock::now();
  }
  return table;
}

std::vector<Process> family_in(const std::vector<Process>& all, pid_t group) {
  std::vector<Process> family;
  std::ranges::copy_if(all, std::back_inserter(family), [&](const Process& process) { return process.group == group; });
  for (std::size_t next = 0; next < family.size(); ++next) {
    const pid_t parent = family[next].id;
    std::ranges::copy_if(all, std::back_inserter(family),
                         [&](const Process& process) { return process.parent == parent && process.group != group; });
  }
  return family;
}

std::vector<Process> family_of(pid_t group) {
  return family_in(read_all_processes(), group);
}

std::size_t rss_bytes_of(const std::vector<Process>& family) {
  return std::accumulate(family.begin(), family.end(), std::size_t{0},
                         [](std::size_t sum, const Process& process) { return sum + process.rss_bytes; });
}

// --- Starting. Between fork and exec only async-signal-safe calls: other threads may hold any lock.

struct Prepared {
  std::vector<char*> arguments;
  const char* folder;
  int input, output, log, errors_to_parent;
  pid_t parent;
};

[[noreturn]] void become_child(const Prepared& prepared) {
  setpgid(0, 0);
  // Should this process be killed outright, the child at least does not outlive it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : interruptions)
    ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool ready = getppid() == prepared.parent && dup2(prepared.input, STDIN_FILENO) >= 0 &&
                     dup2(prepared.output, STDOUT_FILENO) >= 0 && dup2(prepared.log, STDERR_FILENO) >= 0 &&
                     (*prepared.folder == '\0' || chdir(prepared.folder) == 0);
  if (ready)
    execvp(prepared.arguments.front(), prepared.arguments.data());
  const int error = errno;
  static_cast<void>(!write(prepared.errors_to_parent, &error, sizeof error));
  _exit(127);
}

/// A file descriptor that closes itself.
struct Descriptor {
  explicit Descriptor(int number) : value(number) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void close_now() {
    if (value >= 0)
      close(value);
    value = -1;
  }
  int value;
};

[[noreturn]] void cannot_start(const std::string& program, int error) {
  throw IoError("cannot start " + program + " (" + std::strerror(error) + ") check its name and that it may be run");
}

int open_emptied(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0)
    throw IoError("cannot write " + file.string() + ": " + std::strerror(errno) +
                  " (what the program says would be lost) choose another output");
  return descriptor;
}

pid_t start(const ChildCommand& command) {
  std::vector<std::string> words = command.arguments;
  Prepared prepared{{}, command.folder.c_str(), -1, -1, -1, -1, getpid()};
  for (std::string& word : words)
    prepared.arguments.push_back(word.data());
  prepared.arguments.push_back(nullptr);
  const Descriptor log(open_emptied(command.log.empty() ? "/dev/null" : command.log));
  const Descriptor output(command.output.empty() ? fcntl(log.value, F_DUPFD_CLOEXEC, 0) : open_emptied(command.output));
  // A group of its own may not read from the terminal: it would be stopped until the time limit.
  const Descriptor input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    cannot_start(words.front(), errno);
  const Descriptor errors(ends[0]);
  Descriptor errors_in(ends[1]);
  prepared.input = input.value;
  prepared.output = output.value;
  prepared.log = log.value;
  prepared.errors_to_parent = errors_in.value;
  const pid_t child = fork();
  if (child == 0)
    become_child(prepared);
  if (child < 0)
    cannot_start(words.front(), errno);
  setpgid(child, child); // whichever of the two comes first
  errors_in.close_now();
  int error = 0;
  if (read(errors.value, &error, sizeof error) == static_cast<ssize_t>(sizeof error)) { // exec closes it without a word
    waitpid(child, nullptr, 0);
    cannot_start(words.front(), error);
  }
  return child;
}

// --- Watching.

/// The child has ended; it stays unreaped, so that its number, the group's, is not given to another.
bool has_ended(pid_t child) {
  siginfo_t state{};
  return waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == child;
}

void stop_family(pid_t group, double grace_s) {
  const std::vector<Process> before = family_of(group);
  kill(-group, SIGTERM);
  const auto asked = Clock::now();
  while (!family_of(group).empty() && seconds_since(asked) < grace_s)
    std::this_thread::sleep_for(longest_poll / 2);
  for (const Process& process : family_of(group))
    kill(process.id, SIGKILL);
  // Who lost its parent meanwhile is found by its group, unless that is somebody else's by now: only groups led by one
  // of the family.
  for (const Process& process : before)
    if (process.group != group && process.id == process.group)
      kill(-process.group, SIGKILL);
  kill(-group, SIGKILL);
}

/// Notes in `outcome` why the child must stop now, if it must.
bool must_stop(const ChildCommand& command, std::size_t rss_bytes, ChildOutcome& outcome) {
  if (const int signal = interruption)
    outcome.interrupted_by = signal;
  outcome.timed_out = command.time_limit_s && outcome.seconds > *command.time_limit_s;
  outcome.out_of_memory = command.memory_limit_bytes && rss_bytes > *command.memory_limit_bytes;
  return outcome.interrupted_by || outcome.timed_out || outcome.out_of_memory;
}

void watch(pid_t child, const ChildCommand& command, ChildOutcome& outcome) {
  const auto started = Clock::now();
  const Descriptor end(static_cast<int>(
      syscall(SYS_pidfd_open, child, 0))); // where a kernel before 5.3 gives none, the pause is slept to its end
  auto pause = end.value < 0 ? first_poll : longest_poll;
  while (!has_ended(child)) {
    struct pollfd ended {
      end.value, POLLIN, 0
    };
    poll(&ended, 1, static_cast<int>(pause.count()));
    pause = std::min(2 * pause, longest_poll);
    if (has_ended(child))
      break;
    const std::size_t rss_bytes = rss_bytes_of(family_in(*recent_processes(), child));
    outcome.peak_rss_bytes = std::max(outcome.peak_rss_bytes, rss_bytes);
    outcome.seconds = seconds_since(started);
    if (must_stop(command, rss_bytes, outcome)) {
      stop_family(child, command.grace_s);
      break;
    }
  }
  while (!has_ended(child))
    std::this_thread::sleep_for(first_poll);
  if (const int signal = interruption) // came while the child was ending by itself
    outcome.interrupted_by = signal;
  outcome.seconds = seconds_since(started);
}

} // namespace

ChildOutcome run_child(const ChildCommand& command) {
  OSTEOCALC_EXPECT(!command.arguments.empty());
  const InterruptionGuard guard;
  const pid_t child = start(command);
  ChildOutcome outcome;
  watch(child, command, outcome);
  kill(-child, SIGKILL); // what it left behind
  int state = 0;
  struct rusage used {};
  wait4(child, &state, 0, &used);
  outcome.peak_rss_bytes = std::max(outcome.peak_rss_bytes, static_cast<std::size_t>(used.ru_maxrss) * 1024);
  if (WIFEXITED(state))
    outcome.exit_status = WEXITSTATUS(state);
  else
    outcome.signal = WTERMSIG(state);
  return outcome;
}

void pass_on(const ChildOutcome& outcome) {
  if (outcome.interrupted_by)
    std::raise(*outcome.interrupted_by);
}

std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string to_string(const ChildOutcome& outcome) {
  const std::string after = " after " + std::to_string(static_cast<long>(outcome.seconds + 0.5)) + " s";
  if (outcome.interrupted_by)
    return "interrupted" + after;
  if (outcome.timed_out)
    return "stopped at its time limit" + after;
  if (outcome.out_of_memory)
    return "stopped at its memory limit" + after;
  if (outcome.signal)
    return "killed by signal " + std::to_string(*outcome.signal) + " (" + strsignal(*outcome.signal) + ")" + after;
  return "exit status " + std::to_string(outcome.exit_status.value_or(-1)) + after;
}

} // namespace osteocalc
