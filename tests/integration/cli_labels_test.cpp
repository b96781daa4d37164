// SPDX-License-Identifier: Apache-2.0
// Others' labels through the program: folders, v1's numbers, and segmenters that are real child processes.
#include "integration/cli.h"
#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/structure_names.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace osteocalc::test {
namespace {

class CliLabels : public Cli {
 protected:
  /// A small abdomen in `folder`/ct; its labels without the parts in `folder`/map.nii.gz.
  void SetUp() override {
    Cli::SetUp();
    const Outcome made = osteocalc({"synth", "ct", "-o", file("ct"), "--seed", "3", "--field", "abdomen", "--matrix",
                                    "128", "--pixel-mm", "2.8", "--increment-mm", "3", "--quiet"});
    ASSERT_EQ(made.status, 0) << made.err;
    labels = io::read_labels(file("ct/labels.nii.gz"));
    io::write_nifti(labels.voxels, file("map.nii.gz")); // no names
  }
  void write_folder(const std::string& name) const {
    std::filesystem::create_directories(file(name));
    for (const LabelId id : labels_present(labels)) {
      Volume<LabelId> mask(labels.voxels.geometry());
      std::ranges::transform(labels.voxels.voxels(), mask.voxels().begin(),
                             [&](LabelId value) { return static_cast<LabelId>(value == id ? 1 : 0); });
      io::write_nifti(mask, file(name + "/" + label_name(id) + ".nii.gz"));
    }
  }
  [[nodiscard]] Outcome analyze(const std::string& output, std::vector<std::string> more) const {
    std::vector<std::string> words{"analyze",    file("ct/dicom"), "-o",    file(output),
                                   "--key-file", file("key"),      "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return osteocalc(words);
  }
  [[nodiscard]] Outcome segment_with(const std::string& script, std::vector<std::string> more = {}) const {
    std::ofstream(file("segmenter.sh")) << "set -e\n" << script << '\n';
    std::vector<std::string> words{"segment", file("ct/dicom"),
                                   "-o",      file("out.nii.gz"),
                                   "--with",  "sh " + file("segmenter.sh") + " {image} {output}"};
    words.insert(words.end(), more.begin(), more.end());
    return osteocalc(words);
  }
  /// Not a byte of a result, and no folder left behind.
  [[nodiscard]] bool nothing_written() const {
    return !std::filesystem::exists(file("out.nii.gz")) && !std::filesystem::exists(file("out.json")) &&
           !std::filesystem::exists(file("out.nii.gz.partial"));
  }
  static bool has_issue(const nlohmann::json& result, const std::string& rule) {
    return std::ranges::any_of(result["issues"], [&](const auto& issue) { return issue["rule"] == rule; });
  }
  LabelMap labels;
};

TEST_F(CliLabels, AFolderAndV1sNumbersMeasureWhatTheMapDoes) {
  write_folder("masks");
  Volume<LabelId> v1 = labels.voxels.clone();
  for (LabelId& id : v1.voxels())
    for (LabelId number = 1; id != 0 && number <= 104; ++number)
      if (class_name(LabelScheme::V1, number) == label_name(id)) {
        id = number;
        break;
      } else if (number == 104) {
        id = id == label::heart ? LabelId{44} : LabelId{0};
        break;
      }
  io::write_nifti(v1, file("v1.nii.gz"));
  const Outcome map = analyze("a", {"--labels", file("map.nii.gz")});
  const Outcome masks = analyze("b", {"--labels", file("masks")});
  const Outcome old = analyze("c", {"--labels", file("v1.nii.gz")});
  const Outcome said = analyze("d", {"--labels", file("v1.nii.gz"), "--label-scheme", "v1"});
  for (const Outcome& run : {map, masks, old, said})
    ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(map.json()["calcium"], masks.json()["calcium"]);
  EXPECT_EQ(map.json()["bone"], masks.json()["bone"]);
  EXPECT_TRUE(bytes_of(file("a/labels.nii.gz")) == bytes_of(file("b/labels.nii.gz")));
  EXPECT_TRUE(has_issue(old.json(), "LABEL-SCHEME"));
  EXPECT_FALSE(has_issue(said.json(), "LABEL-SCHEME"));
  EXPECT_EQ(old.json()["bone"], said.json()["bone"]);
  const auto at_l3 = [](const nlohmann::json& result) { // S1, L5's neighbour, is not among v1's classes
    const auto& vertebrae = result["bone"]["vertebrae"];
    return *std::ranges::find_if(vertebrae, [](const auto& vertebra) { return vertebra["level"] == "L3"; });
  };
  EXPECT_EQ(at_l3(map.json()), at_l3(old.json()));
}

TEST_F(CliLabels, BmdAndScoreTakeFoldersToo) {
  write_folder("masks");
  const Outcome from_map = osteocalc({"bmd", file("ct/dicom"), "--mask", file("map.nii.gz"), "--json"});
  const Outcome from_masks = osteocalc({"bmd", file("ct/dicom"), "--mask", file("masks"), "--json"});
  ASSERT_EQ(from_map.status, 0) << from_map.err;
  EXPECT_EQ(from_map.json()["vertebrae"], from_masks.json()["vertebrae"]);
  const Outcome scored =
      osteocalc({"score", file("ct/dicom"), "--mask", file("masks"), "--label", "aorta=52", "--json"});
  const Outcome by_map =
      osteocalc({"score", file("ct/dicom"), "--mask", file("map.nii.gz"), "--label", "aorta=52", "--json"});
  ASSERT_EQ(scored.status, 0) << scored.err;
  EXPECT_EQ(scored.json()["regions"], by_map.json()["regions"]);
}

TEST_F(CliLabels, AFlippedMapIsRefused) {
  Volume<LabelId> flipped(labels.voxels.geometry());
  for (int z = 0; z < flipped.size(2); ++z)
    for (int y = 0; y < flipped.size(1); ++y)
      for (int x = 0; x < flipped.size(0); ++x)
        flipped(x, y, z) = labels.voxels(x, flipped.size(1) - 1 - y, z);
  io::write_nifti(flipped, file("flipped.nii.gz"));
  const Outcome run = analyze("out", {"--labels", file("flipped.nii.gz")});
  EXPECT_EQ(run.status, 3);
  EXPECT_TRUE(run.says("LABEL-FLIPPED"));
  EXPECT_TRUE(has_issue(run.json(), "LABEL-FLIPPED"));
}

TEST_F(CliLabels, StructuresKeepOnlyWhatIsNamed) {
  const Outcome run = segment_with("cp " + file("map.nii.gz") + " \"$2\"", {"--structures", "vertebrae"});
  ASSERT_EQ(run.status, 0) << run.err;
  const std::vector<LabelId> kept = labels_present(io::read_labels(file("out.nii.gz")));
  EXPECT_FALSE(kept.empty());
  EXPECT_TRUE(std::ranges::all_of(kept, [](LabelId id) { return vertebra_from_whole_label(id).has_value(); }));
  const Outcome wrong = segment_with("true", {"--structures", "aorta,liver"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(wrong.says("known: aorta, vertebrae, heart, coronaries")) << wrong.err;
}

TEST_F(CliLabels, ASegmenterGetsANiftiAndItsLabelsAreUsed) {
  // The script looks at its input; paths with a quote and a space must survive the shell.
  const Outcome run = segment_with("test \"$(gzip -cd \"$1\" | head -c 4 | od -An -tu4 | tr -d ' ')\" = 348\n"
                                   "echo it worked; cp " +
                                   file("map.nii.gz") + " \"$2\"");
  ASSERT_EQ(run.status, 0) << run.err;
  const LabelMap out = io::read_labels(file("out.nii.gz"));
  EXPECT_TRUE(std::ranges::equal(out.voxels.voxels(), labels.voxels.voxels()));
  EXPECT_NE(bytes_of(file("out.log")).find("it worked\nosteocalc: exit status 0"), std::string::npos);
  std::filesystem::create_directories(file("a 'b"));
  const std::string quoted = osteocalc({"analyze", file("ct/dicom"), "-o", file("w"), "--with",
                                        "cp " + file("map.nii.gz") + " {output}; test -s {image}", "--json"})
                                 .out;
  EXPECT_EQ(nlohmann::json::parse(quoted)["bone"],
            nlohmann::json::parse(analyze("a", {"--labels", file("map.nii.gz")}).out)["bone"]);
  EXPECT_TRUE(std::filesystem::exists(file("w/segmenter.log")));
}

TEST_F(CliLabels, ASegmenterMayWriteAFolder) {
  write_folder("masks");
  const Outcome run = segment_with("cp -r " + file("masks") + " \"$2\"");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(std::ranges::equal(io::read_labels(file("out.nii.gz")).voxels.voxels(), labels.voxels.voxels()));
}

TEST_F(CliLabels, EachWayASegmenterFailsHasItsOwnMessage) {
  Volume<LabelId> empty(labels.voxels.geometry(), 0);
  io::write_nifti(empty, file("empty.nii.gz"));
  const std::array<std::array<std::string, 2>, 6> failures{
      {{"echo no such model; exit 3", "ended with exit status 3"},
       {"kill -KILL $$", "exit status 137 (128 + signal 9"},
       {"echo done", "left nothing at {output}"},
       {"head -c 400 " + file("map.nii.gz") + " > \"$2\"", "left labels that cannot be used"},
       {"cp " + file("empty.nii.gz") + " \"$2\"", "holds no label"},
       {"mkdir \"$2\"; touch \"$2/notes.txt\"", "no file in the folder of labels"}}};
  for (const auto& [script, message] : failures) {
    const Outcome run = segment_with(script);
    EXPECT_EQ(run.status, 1) << script;
    EXPECT_TRUE(run.says(message)) << script << ": " << run.err;
    EXPECT_TRUE(run.says("out.log")) << run.err;
    EXPECT_TRUE(nothing_written()) << script;
  }
  EXPECT_TRUE(segment_with("echo no such model; exit 3").says("no such model")); // the log's last lines
}

TEST_F(CliLabels, ASegmenterThatHangsIsStoppedWithAllItStarted) {
  const auto start = std::chrono::steady_clock::now();
  const Outcome run = segment_with("sleep 600 & echo $! > " + file("pid") + "; wait", {"--with-timeout-s", "1"});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(run.says("was stopped at its time limit after 1 s")) << run.err;
  EXPECT_TRUE(nothing_written());
  std::ifstream stat("/proc/" + std::to_string(std::stoi(bytes_of(file("pid")))) + "/stat");
  std::string number, name, state;
  stat >> number >> name >> state;
  EXPECT_TRUE(!stat || state == "Z") << state;
}

TEST_F(CliLabels, WhenTheProgramIsInterruptedTheSegmenterEndsAndNothingIsLeft) {
  const std::string temporary = file("tmp");
  std::filesystem::create_directories(temporary);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL); // a shell starts background jobs with it ignored
    setenv("TMPDIR", temporary.c_str(), 1);
    const std::string image = file("ct/dicom"), output = file("out.nii.gz"),
                      command = "echo $$ > " + file("pid") + "; : {image} {output}; sleep 600; true";
    execl(OSTEOCALC_BINARY, "osteocalc", "segment", image.c_str(), "-o", output.c_str(), "--with", command.c_str(),
          nullptr);
    _exit(127);
  }
  for (int i = 0; i < 2000 && !std::filesystem::exists(file("pid")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  kill(child, SIGINT);
  int state = 0;
  waitpid(child, &state, 0);
  EXPECT_TRUE(WIFSIGNALED(state) && WTERMSIG(state) == SIGINT);
  EXPECT_TRUE(nothing_written());
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
  std::ifstream stat("/proc/" + std::to_string(std::stoi(bytes_of(file("pid")))) + "/stat");
  std::string number, name, how;
  stat >> number >> name >> how;
  EXPECT_TRUE(!stat || how == "Z") << how;
}

TEST_F(CliLabels, WrongUseIsSaidBeforeAnythingRuns) {
  const std::string image = file("ct/dicom");
  for (const char* command : {"seg {image}", "seg {output}", "seg"}) {
    EXPECT_EQ(osteocalc({"segment", image, "-o", file("out.nii.gz"), "--with", command}).status, 2) << command;
    EXPECT_EQ(osteocalc({"analyze", image, "-o", file("out"), "--with", command}).status, 2) << command;
  }
  EXPECT_EQ(
      osteocalc({"analyze", image, "-o", file("out"), "--with", "x {image} {output}", "--labels", file("map.nii.gz")})
          .status,
      2);
  EXPECT_EQ(analyze("out", {"--labels", file("map.nii.gz"), "--label-scheme", "v3"}).status, 2);
  EXPECT_EQ(osteocalc({"segment", image, "-o", file("out.nii.gz"), "--with-timeout-s", "0"}).status, 2);
}

TEST_F(CliLabels, EveryBrightLesionIsFoundInTheDecisions) {
  ASSERT_EQ(osteocalc({"synth", "ct", "-o", file("chest"), "--seed", "4", "--field", "chest", "--matrix", "256",
                       "--pixel-mm", "1.4", "--quiet"})
                .status,
            0);
  const Outcome study = osteocalc({"analyze", file("chest/dicom"), "-o", file("study"), "--quiet"});
  ASSERT_EQ(study.status, 0) << study.err;
  std::istringstream rows(bytes_of(file("study/lesion_decisions.csv")));
  std::set<std::string> kinds;
  std::string row;
  for (std::getline(rows, row); std::getline(rows, row);) {
    const std::size_t kind = row.find(',') + 1;
    kinds.insert(row.substr(kind, row.find(',', kind) - kind));
    EXPECT_NE(row.find("to_lung_mm="), std::string::npos) << row;
  }
  EXPECT_TRUE(kinds.contains("coronary"));
  EXPECT_GE(kinds.size(), 2U); // what was taken for something else can be found too
  ASSERT_EQ(
      osteocalc({"analyze", file("chest/dicom"), "-o", file("study"), "--labels", file("chest/labels.nii.gz")}).status,
      0);
  EXPECT_FALSE(std::filesystem::exists(file("study/lesion_decisions.csv"))); // this run decided nothing
}

} // namespace
} // namespace osteocalc::test
