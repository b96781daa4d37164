// SPDX-License-Identifier: Apache-2.0
// The built program over whole archives, killed, starved and divided.
#include "integration/cli.h"
#include "osteocalc/batch/state.h"
#include "support/batch_archive.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <sys/mount.h>
#include <thread>

namespace osteocalc {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;

int number_from(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::stoi(text) : fallback;
}

/// Cells of a CSV by its columns' names, row by row.
std::vector<std::map<std::string, std::string>> rows_of(const fs::path& file) {
  const auto cells = [](const std::string& line) {
    std::vector<std::string> list(1);
    bool quoted = false;
    for (const char c : line)
      if (c == '"')
        quoted = !quoted;
      else if (c == ',' && !quoted)
        list.emplace_back();
      else
        list.back() += c;
    return list;
  };
  std::istringstream in(bytes_of(file));
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> names = cells(line);
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> values = cells(line);
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i)
      row[names[i]] = i < values.size() ? values[i] : "";
  }
  return rows;
}

std::set<std::string> column_of(const fs::path& file, const std::string& column) {
  std::set<std::string> values;
  for (const auto& row : rows_of(file))
    EXPECT_TRUE(values.insert(row.at(column)).second) << row.at(column) << " twice in " << file;
  return values;
}

class Batch : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    std::ofstream(folder / "key") << "a key for tests";
    std::ofstream segmenter(folder / "segmenter");
    segmenter << "#!/bin/sh\ntest -f \"$1\" && cp " << labels.string() << " \"$2\"\n";
    segmenter.close();
    fs::permissions(folder / "segmenter", fs::perms::owner_all);
  }

  void make_archive(int good, int spoiled) const { test::make_archive(archive, labels, good, spoiled); }

  [[nodiscard]] std::vector<std::string> words(const std::string& output, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"batch",      archive.string(), "-o",     file(output),
                                 "--key-file", file("key"),      "--with", file("segmenter") + " {image} {output}",
                                 "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] test::Outcome batch(const std::string& output, const std::vector<std::string>& more = {}) const {
    return osteocalc(words(output, more));
  }
  void expect_same_tables(const std::string& a, const std::string& b) const {
    for (const char* table : {"results.csv", "failures.csv", "results.sqlite"})
      EXPECT_TRUE(bytes_of(folder / a / table) == bytes_of(folder / b / table)) << a << " and " << b << ": " << table;
  }
  [[nodiscard]] static std::ptrdiff_t count(const fs::path& of) {
    return std::distance(fs::directory_iterator(of), fs::directory_iterator());
  }
  /// A batch as a process that can be killed.
  [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const {
    const pid_t child = fork();
    if (child == 0) {
      std::vector<std::string> all = arguments;
      all.insert(all.begin(), OSTEOCALC_BINARY);
      std::vector<char*> pointers;
      for (std::string& word : all)
        pointers.push_back(word.data());
      pointers.push_back(nullptr);
      execv(pointers.front(), pointers.data());
      _exit(127);
    }
    return child;
  }

  const fs::path archive = folder / "archive", labels = folder / "labels.nii.gz";
};

TEST_F(Batch, APersonWithCtAndDxaGetsOneRow) {
  make_archive(3, 0); // PERSON0 and PERSON1 as DICOM
  const auto add_dxa = [&](const std::string& name, const std::string& view, const char* patient, const char* date) {
    ASSERT_EQ(osteocalc({"synth", "dxa", "-o", file("made"), "--view", view, "--manufacturer", "Hologic"}).status, 0);
    fs::create_directories(archive / name);
    fs::rename(folder / "made" / (view + ".dcm"), archive / name / (view + ".dcm"));
    fs::remove_all(folder / "made");
    test::edit_dicom(archive / name / (view + ".dcm"), [&](DcmDataset& data) {
      data.putAndInsertString(DCM_PatientID, patient);
      data.putAndInsertString(DCM_StudyInstanceUID, ("2.25.77" + std::to_string(name.size())).c_str());
      data.putAndInsertString(DCM_StudyDate, date);
    });
  };
  add_dxa("spine_of_0", "spine", "PERSON0", "20000111");
  add_dxa("hip_of_0", "femur_left", "PERSON0", "20000101");
  add_dxa("alone", "spine", "PERSON99", "20000101");
  std::ofstream(folder / "results.csv") << "Patient ID,L1-L4 BMD,Sex,Age,Manufacturer\nPERSON0,0.5,F,60,Hologic\n"
                                           "PERSON1,0.901,F,60,Hologic\n";
  const std::vector<std::string> more{"--dxa-results", file("results.csv"), "--keep-ids"};
  ASSERT_EQ(batch("out", more).status, 0);
  std::map<std::string, std::vector<std::map<std::string, std::string>>> rows;
  for (const auto& row : rows_of(folder / "out/results.csv"))
    rows[row.at("subject")].push_back(row);
  ASSERT_EQ(rows["PERSON0"].size(), 1U);
  const auto& both = rows["PERSON0"][0];
  EXPECT_FALSE(both.at("aorta_agatston").empty());
  EXPECT_FALSE(both.at("abmd_neck_g_cm2").empty());
  EXPECT_FALSE(both.at("t_score_neck").empty());
  EXPECT_GT(std::stod(both.at("abmd_L1_L4_g_cm2")), 0.5001); // its image, not the table
  EXPECT_EQ(both.at("dxa_study").size(), 33U);               // two keys
  EXPECT_FALSE(both.at("dxa_days").empty());
  ASSERT_EQ(rows["PERSON1"].size(), 1U);
  EXPECT_EQ(rows["PERSON1"][0].at("abmd_L1_L4_g_cm2"), "0.901"); // from the table
  EXPECT_TRUE(rows["PERSON1"][0].at("dxa_study").empty());
  ASSERT_EQ(rows["PERSON99"].size(), 1U); // DXA alone is a row too
  EXPECT_TRUE(rows["PERSON99"][0].at("aorta_agatston").empty());

  // Every input leads to the row that holds it, and shards collect to the same tables.
  const std::set<std::string> results = column_of(folder / "out/results.csv", "study");
  for (const auto& row : rows_of(folder / "out/inputs.csv"))
    EXPECT_TRUE(results.contains(row.at("study"))) << row.at("path");
  for (const char* shard : {"1/2", "2/2"}) {
    std::vector<std::string> part = more;
    part.insert(part.end(), {"--shard", shard});
    ASSERT_EQ(batch("parts", part).status, 0);
  }
  ASSERT_EQ(osteocalc({"collect", file("parts")}).status, 0);
  expect_same_tables("out", "parts");
}

TEST_F(Batch, EveryInputIsInExactlyOneTableAndTheReasonsAreRight) {
  const int good = number_from("OSTEOCALC_BATCH_STUDIES", 200), spoiled = 40;
  make_archive(good, spoiled);
  ASSERT_EQ(batch("out").status, 0);
  const std::set<std::string> results = column_of(folder / "out/results.csv", "study");
  const std::set<std::string> failures = column_of(folder / "out/failures.csv", "study");

  std::map<std::string, std::string> study_of; // by path
  for (const auto& row : rows_of(folder / "out/inputs.csv"))
    ASSERT_TRUE(study_of.emplace(row.at("path"), row.at("study")).second);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(archive))
    if (!entry.is_directory()) {
      ++files;
      const auto known = study_of.find(fs::relative(entry.path(), archive).generic_string());
      ASSERT_NE(known, study_of.end()) << entry.path();
      EXPECT_NE(results.contains(known->second), failures.contains(known->second)) << entry.path();
    }
  EXPECT_EQ(files, study_of.size());

  std::map<std::string, std::map<std::string, std::string>> line_of;
  for (const char* table : {"out/results.csv", "out/failures.csv"})
    for (const auto& row : rows_of(folder / table))
      line_of[row.at("study")] = row;
  for (int i = 0; i < spoiled; ++i) {
    const test::Fault& fault = test::faults()[static_cast<std::size_t>(i) % test::faults().size()];
    const std::string below = "spoiled" + std::to_string(i) + "/";
    const auto first =
        std::ranges::find_if(study_of, [&](const auto& known) { return known.first.starts_with(below); });
    ASSERT_NE(first, study_of.end());
    const auto& line = line_of.at(first->second);
    EXPECT_EQ(line.at("state"), fault.state) << fault.name;
    const std::string why = fault.state == "done" ? line.at("issues") : line.at("rule") + " " + line.at("reason");
    EXPECT_NE(why.find(fault.rule), std::string::npos) << fault.name << ": " << why;
  }
  const auto done_faults = std::ranges::count(test::faults(), "done", &test::Fault::state);
  EXPECT_GE(results.size(), static_cast<std::size_t>(good + done_faults));
  for (const std::string& study : results)
    EXPECT_TRUE(fs::exists(folder / "out/studies" / study / "result.json"));
  EXPECT_EQ(static_cast<std::size_t>(std::distance(fs::directory_iterator(folder / "out/studies"), {})),
            results.size());
  EXPECT_EQ(bytes_of(folder / "out/results.csv").find("PERSON"), std::string::npos);
  EXPECT_EQ(bytes_of(folder / "out/failures.csv").find("PERSON"), std::string::npos);
}

TEST_F(Batch, WorkersThreadsAndShardsGiveTheSameBytes) {
  make_archive(16, 13);
  ASSERT_EQ(batch("one", {"--jobs", "1", "--threads", "1"}).status, 0);
  ASSERT_EQ(batch("two", {"--jobs", "2", "--threads", "2"}).status, 0);
  expect_same_tables("one", "two");
  for (const int count : {2, 5}) {
    const std::string output = "shards" + std::to_string(count);
    for (int i = 1; i <= count; ++i)
      ASSERT_EQ(batch(output, {"--shard", std::to_string(i) + "/" + std::to_string(count)}).status, 0);
    const test::Outcome merged = osteocalc({"collect", file(output)});
    ASSERT_EQ(merged.status, 0) << merged.err;
    expect_same_tables("one", output);
  }
  // From an inventory, without another walk.
  ASSERT_EQ(batch("walked", {"--inventory-only"}).status, 0);
  for (const char* shard : {"1/2", "2/2"})
    ASSERT_EQ(batch("stocked", {"--shard", shard, "--inventory", file("walked/state.sqlite")}).status, 0);
  ASSERT_EQ(osteocalc({"collect", file("stocked"), "-o", file("merged")}).status, 0);
  expect_same_tables("one", "merged");
}

TEST_F(Batch, KilledAtAnyMomentItGoesOnToTheSameBytes) {
  make_archive(number_from("OSTEOCALC_BATCH_KILLED_STUDIES", 20), 13);
  ASSERT_EQ(batch("whole").status, 0);
  std::mt19937 random(9);
  const int kills = number_from("OSTEOCALC_BATCH_KILLS", 25);
  for (int i = 0; i < kills; ++i) {
    const pid_t child = start(words("killed"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 1500));
    kill(child, SIGKILL);
    int state = 0;
    waitpid(child, &state, 0);
    ASSERT_TRUE(WIFSIGNALED(state) || WEXITSTATUS(state) == 0) << "run " << i << " ended with " << WEXITSTATUS(state);
  }
  const test::Outcome last = batch("killed");
  ASSERT_EQ(last.status, 0) << last.err;
  expect_same_tables("whole", "killed");
  for (const auto& entry : fs::directory_iterator(folder / "killed/studies"))
    EXPECT_EQ(bytes_of(entry.path() / "result.json"),
              bytes_of(folder / "whole/studies" / entry.path().filename() / "result.json"));
  std::map<std::string, int> done;
  std::istringstream log(bytes_of(folder / "killed/log.jsonl"));
  for (std::string line; std::getline(log, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false); // a line may have been cut by a kill
    if (!json.is_discarded() && json["event"] == "done") {
      EXPECT_EQ(++done[json["study"]], 1) << "done twice";
    }
  }
}

TEST_F(Batch, ChangedInputsAndOptionsAreDoneAgainAndNothingElse) {
  make_archive(4, 0);
  ASSERT_EQ(batch("out").status, 0);
  const auto again = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = more;
    all.emplace_back("--json");
    return batch("out", all).json().at("analysed_now").get<int>();
  };
  EXPECT_EQ(again({}), 0);
  test::edit_dicom(archive / "p0/study/series/slice_0004.dcm",
                   [](DcmDataset& data) { data.putAndInsertString(DCM_RescaleIntercept, "-1300"); });
  const std::string before = bytes_of(folder / "out/results.csv");
  EXPECT_EQ(again({}), 1);
  EXPECT_NE(bytes_of(folder / "out/results.csv"), before);
  EXPECT_EQ(again({"--kvp", "100"}), 4);
  EXPECT_EQ(again({"--kvp", "100"}), 0);
  fs::remove_all(archive / "p0");
  EXPECT_EQ(again({"--kvp", "100"}), 0);
  const auto failures = rows_of(folder / "out/failures.csv");
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].at("rule"), "BATCH-INPUT-GONE");
}

TEST_F(Batch, AnArchiveOfSeveralStudiesGivesTheRowsOfItsContent) {
  make_archive(4, 0);
  ASSERT_EQ(batch("unpacked").status, 0);
  ASSERT_TRUE(test::runs("cd " + archive.string() +
                         " && tar czf /dev/stdout p? > ../export.tgz && rm -r p? && mv ../export.tgz ."));
  ASSERT_EQ(batch("packed").status, 0);
  EXPECT_EQ(rows_of(folder / "packed/results.csv").size(), 4U);
  EXPECT_EQ(bytes_of(folder / "packed/results.csv"), bytes_of(folder / "unpacked/results.csv"));
  EXPECT_EQ(batch("packed", {"--json"}).json().at("analysed_now"), 0);
}

TEST_F(Batch, AClockThatWentBackIsSaidAndChangesNothing) {
  make_archive(2, 0);
  ASSERT_EQ(batch("out").status, 0);
  const std::string before = bytes_of(folder / "out/results.csv");
  ASSERT_GT(std::stoll(batch::State(folder / "out/state.sqlite").setting("clock_s")), 0);
  const std::int64_t in_a_year_s = std::time(nullptr) + std::int64_t{31'536'000};
  batch::State(folder / "out/state.sqlite").set("clock_s", std::to_string(in_a_year_s));
  const test::Outcome later = batch("out", {"--json"});
  EXPECT_EQ(later.status, 0);
  EXPECT_TRUE(later.says("BATCH-CLOCK")) << later.err;
  EXPECT_EQ(later.json().at("analysed_now"), 0);
  EXPECT_EQ(bytes_of(folder / "out/results.csv"), before);
  EXPECT_FALSE(batch("out").says("BATCH-CLOCK"));
}

TEST_F(Batch, AStudyThatCrashesHangsOrEatsAllMemoryTouchesNoOther) {
  make_archive(4, 0);
  test::add_study(archive / "hungry", 1001, 13);
  test::add_study(archive / "endless", 1002, 14);
  test::add_study(archive / "crashing", 1003, 15);
  // The number of slices, the third size in a NIfTI's header, says what the stand-in is to do.
  std::ofstream segmenter(folder / "segmenter");
  segmenter << "#!/bin/sh\nslices=$(gzip -dcf \"$1\" 2>/dev/null | od -An -j46 -N2 -d | tr -d ' ')\n"
            << "case $slices in\n 13) tail /dev/zero > \"$2\" ;;\n 14) sleep 1000 ;;\n 15) kill -SEGV $(ps -o ppid= -p "
               "$PPID) ;;\nesac\n"
            << "cp " << labels.string() << " \"$2\"\n";
  segmenter.close();
  const std::vector<std::string> limits{"--time-limit-s", "8", "--memory-limit-mb", "300"};
  fs::create_directories(folder / "tmp");
  setenv("TMPDIR", file("tmp").c_str(), 1);
  ASSERT_EQ(batch("out", limits).status, 0);
  unsetenv("TMPDIR");
  EXPECT_TRUE(fs::is_empty(folder / "tmp")) << "killed studies left something behind";
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 4U);
  std::set<std::string> rules;
  for (const auto& row : rows_of(folder / "out/failures.csv")) {
    rules.insert(row.at("rule"));
    EXPECT_EQ(row.at("stage"), "segment") << row.at("rule") << ": " << row.at("reason");
    EXPECT_TRUE(fs::exists(folder / "out/logs" / (row.at("study") + ".log")));
  }
  EXPECT_EQ(rules, (std::set<std::string>{"BATCH-MEMORY-LIMIT", "BATCH-TIME-LIMIT", "BATCH-CRASH"}));

  std::ofstream(folder / "segmenter") << "#!/bin/sh\ntest -f \"$1\" && cp " << labels.string() << " \"$2\"\n";
  std::vector<std::string> retry = limits;
  retry.insert(retry.end(), {"--retry", "failed", "--json"});
  EXPECT_EQ(batch("out", retry).json().at("done"), 7);
}

/// A small file system of its own; none where the test may not mount.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path folder) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    mounted_ = mount("osteocalc", folder_.c_str(), "tmpfs", 0, "size=1500k") == 0;
  }
  ~SmallDisk() {
    if (mounted_)
      umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  void remount(unsigned long flags, const char* size) const {
    ASSERT_EQ(mount("osteocalc", folder_.c_str(), "tmpfs", MS_REMOUNT | flags, size), 0);
  }

 private:
  fs::path folder_;
  bool mounted_ = false;
};

TEST_F(Batch, AFullOrReadOnlyDiskStopsItWithAMessageAndItGoesOnLater) {
  make_archive(16, 0);
  ASSERT_EQ(batch("whole").status, 0);
  const SmallDisk disk(folder / "disk");
  if (!disk.mounted())
    GTEST_SKIP() << "SKIPPED: only root can mount a small file system";
  const test::Outcome full = batch("disk");
  EXPECT_EQ(full.status, 1);
  EXPECT_TRUE(full.says("space")) << full.err;
  disk.remount(MS_RDONLY, "size=1500k");
  const test::Outcome read_only = batch("disk");
  EXPECT_EQ(read_only.status, 1);
  EXPECT_TRUE(read_only.says("permissions")) << read_only.err;
  disk.remount(0, "size=100m");
  const test::Outcome later = batch("disk");
  EXPECT_EQ(later.status, 0) << later.err;
  expect_same_tables("whole", "disk");
}

TEST_F(Batch, FilesThatMayNotBeReadAreNamed) {
  if (getuid() != 0 || std::system("command -v setpriv >/dev/null") != 0)
    GTEST_SKIP() << "SKIPPED: needs root, to become somebody who may read less";
  make_archive(4, 0);
  fs::permissions(archive / "p0/study/series/slice_0002.dcm", fs::perms::owner_read);
  fs::create_directories(archive / "closed");
  fs::permissions(archive / "closed", fs::perms::owner_all);
  fs::permissions(folder / "segmenter", fs::perms::all);
  fs::create_directories(folder / "out");
  fs::permissions(folder / "out", fs::perms::all);
  std::string command = "setpriv --reuid=65534 --clear-groups " OSTEOCALC_BINARY;
  for (const std::string& word : words("out"))
    command += " '" + word + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::set<std::string> rules;
  for (const auto& row : rows_of(folder / "out/failures.csv"))
    rules.insert(row.at("rule"));
  EXPECT_EQ(rules, (std::set<std::string>{"BATCH-UNREADABLE-FILE", "BATCH-UNREADABLE-FOLDER"}));
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 4U); // the study goes on without its slice, and says so
}

TEST_F(Batch, SubjectsGiveAgeAndSexAndTheirColumns) {
  make_archive(4, 0);
  std::ofstream(folder / "subjects.csv") << "patient_id,age_years,sex,centre\nPERSON0,77,M,007\nPERSON1,,,\"a, b\"\n";
  ASSERT_EQ(batch("out", {"--subjects", file("subjects.csv")}).status, 0);
  std::map<std::string, std::map<std::string, std::string>> by_centre;
  for (const auto& row : rows_of(folder / "out/results.csv"))
    by_centre[row.at("centre")] = row;
  EXPECT_EQ(by_centre.at("007").at("age_years"), "77"); // the header says 50 and F
  EXPECT_EQ(by_centre.at("007").at("sex"), "M");
  EXPECT_EQ(by_centre.at("a, b").at("age_years"), "51");
}

TEST_F(Batch, CollectRefusesWhatDoesNotBelongTogether) {
  make_archive(8, 0);
  ASSERT_EQ(batch("out", {"--shard", "1/2"}).status, 0);
  test::Outcome merged = osteocalc({"collect", file("out")});
  EXPECT_EQ(merged.status, 3);
  EXPECT_TRUE(merged.says("COLLECT-MISSING-SHARD")) << merged.err;
  EXPECT_EQ(osteocalc({"collect", file("out"), "--allow-missing", "-o", file("part")}).status, 0);

  ASSERT_EQ(batch("out", {"--shard", "2/2", "--kvp", "100"}).status, 0);
  merged = osteocalc({"collect", file("out")});
  EXPECT_EQ(merged.status, 3);
  EXPECT_TRUE(merged.says("COLLECT-MIXED")) << merged.err;
  merged = osteocalc({"collect", file("out"), "--allow-mixed", "-o", file("mixed")});
  EXPECT_EQ(merged.status, 0) << merged.err;

  ASSERT_EQ(batch("out", {"--shard", "2/2"}).status, 0);
  test::add_study(archive / "late", 500);
  test::add_study(archive / "late", 501);
  test::add_study(archive / "late", 502);
  test::add_study(archive / "late", 503);
  ASSERT_EQ(batch("out", {"--shard", "1/2"}).status, 0); // sees studies that shard 2 does not have
  merged = osteocalc({"collect", file("out")});
  EXPECT_EQ(merged.status, 3);
  EXPECT_TRUE(merged.says("COLLECT-MISSING-STUDIES")) << merged.err;
}

TEST_F(Batch, ASecondBatchOnTheSameOutputIsRefused) {
  make_archive(1, 0);
  std::ofstream(folder / "segmenter") << "#!/bin/sh\nsleep 20; cp \"$1\" \"$2\"\n";
  const pid_t first = start(words("out"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  const test::Outcome second = batch("out");
  EXPECT_EQ(second.status, 1);
  EXPECT_TRUE(second.says("another batch is at work")) << second.err;
  kill(first, SIGTERM); // asked to end, it stops its study and leaves books to go on with
  int state = 0;
  waitpid(first, &state, 0);
  EXPECT_TRUE(WIFSIGNALED(state) && WTERMSIG(state) == SIGTERM);
  EXPECT_FALSE(fs::exists(folder / "out/results.csv"));
}

TEST_F(Batch, AnInputThatVanishesIsAFailureOfThatStudyAlone) {
  make_archive(4, 0);
  ASSERT_EQ(batch("walked", {"--inventory-only"}).status, 0);
  fs::remove_all(archive / "p0");
  ASSERT_EQ(batch("out", {"--inventory", file("walked/state.sqlite")}).status, 0);
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 3U);
  const auto failures = rows_of(folder / "out/failures.csv");
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].at("rule"), "BATCH-INPUT-GONE");
}

TEST_F(Batch, ResultsOfAStudyThatVanishesAreKept) {
  make_archive(3, 0);
  ASSERT_EQ(batch("out").status, 0);
  const auto results = [&] { return count(folder / "out/studies"); };
  ASSERT_EQ(results(), 3);
  fs::rename(archive / "p0", folder / "away");
  ASSERT_EQ(batch("out").status, 0);
  ASSERT_EQ(batch("out", {"--retry", "failed"}).status, 0);
  EXPECT_EQ(rows_of(folder / "out/failures.csv").at(0).at("rule"), "BATCH-INPUT-GONE");
  ASSERT_EQ(batch("out", {"--kvp", "100", "--retry", "failed"}).status, 0);
  EXPECT_EQ(results(), 3);
  fs::rename(folder / "away", archive / "p0");
  ASSERT_EQ(batch("out").status, 0);
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 3U);
}

TEST_F(Batch, OptionsThatOneScanDoesNotSuitFailThatStudyAlone) {
  make_archive(3, 0);
  test::edit_all(test::add_study(archive / "70 kV", 70),
                 [](DcmDataset& data) { data.putAndInsertString(DCM_KVP, "70"); });
  const test::Outcome outcome = batch("out", {"--kvp-policy", "interpolate", "--rule", "max-hu=150"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 3U);
  const auto failures = rows_of(folder / "out/failures.csv");
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].at("rule"), "ERROR-CONFIG");
  EXPECT_NE(failures[0].at("reason").find("150"), std::string::npos) << failures[0].at("reason");
}

TEST_F(Batch, AnInventorysKeyIsTheBatchsUnlessAnotherIsGiven) {
  make_archive(3, 0);
  ASSERT_EQ(osteocalc({"batch", archive.string(), "-o", file("walked"), "--inventory-only", "--quiet"}).status, 0);
  const std::vector<std::string> more{"--inventory", file("walked/state.sqlite")};
  EXPECT_EQ(batch("another", more).status, 2); // --key-file of this class
  const test::Outcome outcome =
      osteocalc({"batch", archive.string(), "-o", file("out"), "--quiet", "--inventory", file("walked/state.sqlite"),
                 "--with", file("segmenter") + " {image} {output}"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 3U);
}

TEST_F(Batch, FilesThatAMacLeavesBehindDoNotStopIt) {
  make_archive(1, 0);
  fs::create_directories(folder / "out/studies");
  std::ofstream(folder / "out/studies/._0123456789abcdef") << "resource fork";
  fs::create_directories(folder / "out/studies/.0123456789abcdef.partial");
  ASSERT_EQ(batch("out").status, 0);
  EXPECT_EQ(count(folder / "out/studies"), 2);
}

TEST_F(Batch, NoTableNamesAPersonThatAPathNames) {
  make_archive(1, 0);
  const fs::path person = archive / "DOE^JOHN 1944";
  const auto cut_off = [&](const fs::path& of, int number) {
    for (const fs::path& slice : test::add_study(of, number)) {
      test::cut(slice, fs::file_size(slice) - 2000);
      fs::rename(slice, slice.parent_path() / ("DOE_" + slice.filename().string()));
    }
  };
  cut_off(person / "CT", 80);
  cut_off(person, 81);
  fs::create_directories(person);
  io::write_nifti(test::body(200), person / "DOE_JOHN.nii.gz");
  test::cut(person / "DOE_JOHN.nii.gz", 1000);
  test::cut(test::add_study(archive / "DOE^JANE", 82)[3], 900); // one slice of a study that is measured
  ASSERT_EQ(batch("out").status, 0);
  EXPECT_GE(rows_of(folder / "out/failures.csv").size(), 3U);
  EXPECT_NE(bytes_of(folder / "out/failures.csv").find("file 1 of the study"), std::string::npos);
  for (const char* table : {"failures.csv", "results.csv", "results.sqlite"})
    EXPECT_EQ(bytes_of(folder / "out" / table).find("DOE"), std::string::npos) << table << '\n'
                                                                               << bytes_of(folder / "out/failures.csv");
}

TEST_F(Batch, ShardsWhoseStudyVanishedCollect) {
  make_archive(8, 0);
  const auto run_both = [&] {
    for (const char* shard : {"1/2", "2/2"})
      ASSERT_EQ(batch("out", {"--shard", shard}).status, 0);
  };
  run_both();
  fs::remove_all(archive / "p0");
  run_both();
  const test::Outcome merged = osteocalc({"collect", file("out")});
  EXPECT_EQ(merged.status, 0) << merged.err;
  EXPECT_EQ(rows_of(folder / "out/results.csv").size(), 7U);
}

TEST_F(Batch, AnOutputThatHoldsTheStudiesIsRefused) {
  make_archive(1, 0);
  for (const char* output : {"archive", "."}) {
    const test::Outcome outcome = osteocalc({"batch", file("archive"), "-o", file(output)});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(outcome.says("the studies lie within the output folder")) << outcome.err;
  }
  EXPECT_FALSE(fs::exists(folder / "archive/subject.key"));
}

TEST_F(Batch, AWrongOptionIsToldBeforeAnyStudyStarts) {
  make_archive(1, 0);
  EXPECT_EQ(batch("out", {"--variant", "nonsense"}).status, 2);
  EXPECT_EQ(batch("out", {"--shard", "3/2"}).status, 2);
  EXPECT_FALSE(fs::exists(folder / "out/log.jsonl"));
}

} // namespace
} // namespace osteocalc
