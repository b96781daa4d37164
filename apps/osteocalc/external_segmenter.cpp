// SPDX-License-Identifier: Apache-2.0
#include "external_segmenter.h"

#include "label_source.h"

#include "osteocalc/core/child_process.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/private_folder.h"
#include "osteocalc/io/nifti.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace osteocalc::app {
namespace {

constexpr const char *image_mark = "{image}", *output_mark = "{output}";
constexpr std::size_t lines_shown = 8;

void put_in(std::string& command, const std::string& mark, const std::filesystem::path& path) {
  const std::string word = shell_quoted(path.string());
  for (std::size_t at = command.find(mark); at != std::string::npos; at = command.find(mark, at + word.size()))
    command.replace(at, mark.size(), word);
}

std::string last_lines(const std::filesystem::path& log) {
  std::deque<std::string> lines;
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) {
    lines.push_back("  " + line.substr(0, 300));
    if (lines.size() > lines_shown)
      lines.pop_front();
  }
  std::string text;
  for (const std::string& line : lines)
    text += "\n" + line;
  return text.empty() ? " it printed nothing" : " it printed last:" + text;
}

[[noreturn]] void fail(const ExternalSegmenter& segmenter, const std::string& what, const std::string& advice) {
  throw Error(fmt::format("the segmenter {} (there are no labels to measure with) {}; log: {};{}", what, advice,
                          segmenter.log.string(), last_lines(segmenter.log)));
}

void check_end(const ExternalSegmenter& segmenter, const ChildOutcome& outcome) {
  if (outcome.timed_out)
    fail(segmenter, "was " + to_string(outcome), "raise --with-timeout-s if it needs longer");
  if (outcome.signal)
    fail(segmenter, "was " + to_string(outcome), "run the command by hand");
  const int status = outcome.exit_status.value_or(0);
  if (status > 128 && sigabbrev_np(status - 128) != nullptr) // how a shell tells a signal
    fail(segmenter,
         fmt::format("ended with exit status {} (128 + signal {}, {})", status, status - 128, strsignal(status - 128)),
         "run the command by hand");
  if (status != 0)
    fail(segmenter, "ended with " + to_string(outcome), "run the command by hand");
}

LabelSet read_output(const ExternalSegmenter& segmenter, const std::filesystem::path& output, const CtImage& image,
                     LabelScheme scheme, Parallel parallel, Issues& issues) {
  if (!std::filesystem::exists(output))
    fail(segmenter, "left nothing at {output}", "let it write a NIfTI or a folder to that very path");
  try {
    return read_label_set(output, scheme, image.hu.geometry(), parallel, issues);
  } catch (const Error& error) {
    fail(segmenter, std::string("left labels that cannot be used: ") + error.what(), "look at what it wrote");
  }
}

} // namespace

void check_command(const std::string& command) {
  for (const char* mark : {image_mark, output_mark})
    if (command.find(mark) == std::string::npos)
      throw ConfigError(std::string("--with lacks ") + mark +
                        "; write e.g. --with 'TotalSegmentator -i {image} -o {output} --ml'");
}

LabelSet segment_with(const ExternalSegmenter& segmenter, const CtImage& image, LabelScheme scheme, Parallel parallel,
                      Issues& issues) {
  check_command(segmenter.command);
  const PrivateFolder folder;
  // Both names end in .nii.gz: some programs look at the ending, and a folder may be called so too.
  const std::filesystem::path input = folder.path() / "image.nii.gz", output = folder.path() / "labels.nii.gz";
  io::write_nifti(image.hu, input);
  std::string command = segmenter.command;
  put_in(command, image_mark, input);
  put_in(command, output_mark, output);
  ChildCommand child{{"/bin/sh", "-c", command}, {}, segmenter.log, segmenter.time_limit_s, {}};
  const ChildOutcome outcome = run_child(child);
  std::ofstream(segmenter.log, std::ios::app) << "osteocalc: " << to_string(outcome) << '\n';
  if (outcome.interrupted_by) {
    folder.remove();
    pass_on(outcome);
  }
  check_end(segmenter, outcome);
  return read_output(segmenter, output, image, scheme, parallel, issues);
}

} // namespace osteocalc::app
