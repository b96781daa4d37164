// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/discovery.h"

#include "osteocalc/core/error.h"

#include "support/batch_archive.h"

#include <chrono>
#include <gtest/gtest.h>
#include <set>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;

class Discovery : public testing::Test {
 protected:
  /// Walks and returns the studies in the order in which they were ripe.
  std::vector<std::string> walk(State& books, const Shard& shard = {}) {
    std::vector<std::string> ripe;
    DiscoveryOptions options;
    options.root = root;
    options.excluded = root / "out";
    options.key = "k";
    options.shard = shard;
    discover(
        options, books, [&](const std::string& study) { ripe.push_back(study); }, [] { return false; });
    return ripe;
  }
  test::TemporaryFolder folder;
  const fs::path root = folder.path() / "root";
  State state{folder.path() / "state"};
};

TEST_F(Discovery, FilesOfOneStudyAreFoundWhereverTheyLie) {
  const auto files = test::add_study(root / "a" / "deep", 1, 4);
  fs::create_directories(root / "z");
  fs::rename(files[2], root / "z" / "IM0001");
  test::add_study(root / "b", 2, 4);
  walk(state);
  std::multiset<std::size_t> sizes;
  for (const std::string& study : state.studies())
    sizes.insert(state.files_of(study).size());
  EXPECT_EQ(sizes, (std::multiset<std::size_t>{4, 4}));
}

TEST_F(Discovery, AStudyIsRipeWhenTheWalkHasReachedAnother) {
  test::add_study(root / "a", 1, 3);
  test::add_study(root / "b", 2, 3);
  test::add_study(root / "c", 3, 3);
  const auto ripe = walk(state);
  EXPECT_EQ(ripe.size(), 2U + 3U); // a and b on the way, all three at the end
  EXPECT_NE(ripe[0], ripe[1]);
}

TEST_F(Discovery, TwoPeopleUnderOneStudyUidStayTwoStudies) {
  test::add_study(root / "a", 1, 3);
  test::edit_all(test::add_study(root / "b", 1, 3),
                 [](DcmDataset& data) { data.putAndInsertString(DCM_PatientID, "SOMEBODY ELSE"); });
  walk(state);
  EXPECT_EQ(state.studies().size(), 2U);
}

TEST_F(Discovery, AnUnchangedFileIsNotOpenedAgain) {
  const fs::path file = test::add_study(root / "a", 1, 3)[1];
  walk(state);
  const auto studies = state.studies();
  const auto time = fs::last_write_time(file);
  const auto size = fs::file_size(file);
  fs::remove(file);
  std::ofstream(file) << std::string(size, 'x'); // not DICOM any more: only opening it would tell
  fs::last_write_time(file, time);
  walk(state);
  EXPECT_EQ(state.files_of(studies.at(0)).size(), 3U);
  fs::last_write_time(file, time + std::chrono::hours(1));
  walk(state);
  EXPECT_EQ(state.files_of(studies.at(0)).size(), 2U);
}

TEST_F(Discovery, LinksToFoldersAreFollowedOnceAndTheOutputIsLeftOut) {
  test::add_study(root / "a", 1, 3);
  fs::create_directory_symlink(root, root / "a" / "loop");
  test::add_study(root / "out" / "studies", 2, 3);
  walk(state);
  EXPECT_EQ(state.studies().size(), 1U);
}

TEST_F(Discovery, StraysOfAFolderShareALine) {
  test::add_study(root / "a", 1, 3);
  for (const char* name : {"1.txt", "2.txt", "sub/3.txt"}) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << "text";
  }
  walk(state);
  std::multiset<std::size_t> files;
  state.for_each_judged(false, [&](const JudgedStudy& line) {
    EXPECT_EQ(line.verdict.rule, "BATCH-NOT-AN-IMAGE");
    files.insert(line.files);
  });
  EXPECT_EQ(files, (std::multiset<std::size_t>{1, 2}));
}

TEST_F(Discovery, AnArchiveIsTheStudyItHolds) {
  test::add_study(root / "a", 1, 3);
  test::add_study(root / "b", 2, 3);
  ASSERT_TRUE(test::runs("tar -C " + root.string() + " -cf " + (root / "a.tar").string() + " a"));
  fs::remove_all(root / "a");
  walk(state);
  EXPECT_EQ(state.studies().size(), 2U);
  EXPECT_EQ(state.files_seen(), 4U);
}

TEST_F(Discovery, AnArchiveOfSeveralStudiesGivesEachItsFiles) {
  test::add_study(root / "a", 1, 3);
  test::add_study(root / "b", 2, 4);
  walk(state);
  const std::vector<std::string> unpacked = state.studies();
  ASSERT_TRUE(test::runs("cd " + root.string() + " && tar -cf both.tar a b && rm -r a b"));
  walk(state);
  ASSERT_EQ(state.studies(), unpacked) << "the same two, now from the archive";
  std::multiset<std::size_t> files;
  for (const std::string& study : unpacked) {
    files.insert(state.files_of(study).size());
    for (const InputFile& file : state.files_of(study))
      EXPECT_TRUE(file.path.starts_with("both.tar/"));
  }
  EXPECT_EQ(files, (std::multiset<std::size_t>{3, 4}));
  EXPECT_EQ(state.counts().failed, 0U);

  const fs::path archive = root / "both.tar";
  const auto time = fs::last_write_time(archive);
  const auto size = fs::file_size(archive);
  std::ofstream(archive) << std::string(size, 'x');
  fs::last_write_time(archive, time);
  walk(state);
  EXPECT_EQ(state.files_seen(), 7U) << "size and time are as before: it is not opened again";
  fs::last_write_time(archive, time + std::chrono::seconds(1));
  walk(state);
  EXPECT_EQ(state.files_seen(), 1U);
}

TEST_F(Discovery, ShardsHoldTogetherWhatTheWholeHolds) {
  for (int person = 0; person < 6; ++person)
    test::add_study(root / std::to_string(person), person, 2);
  std::ofstream(root / "junk") << "text";
  walk(state);
  const auto whole = state.studies();
  std::vector<std::string> together;
  std::size_t strays = 0;
  for (int number = 1; number <= 3; ++number) {
    State shard(folder.path() / ("shard" + std::to_string(number)));
    walk(shard, {number, 3});
    for (const std::string& study : shard.studies())
      together.push_back(study);
    shard.for_each_judged(false, [&](const JudgedStudy&) { ++strays; });
  }
  std::ranges::sort(together);
  EXPECT_EQ(together, whole);
  EXPECT_EQ(strays, 1U);
}

TEST_F(Discovery, ShardsAgreeOnEachOthersStudiesAfterLaterWalks) {
  test::add_study(root / "a", 1, 2);
  test::add_study(root / "b", 2, 2);
  test::add_study(root / "c", 3, 2);
  ASSERT_TRUE(test::runs("cd " + root.string() + " && tar -cf both.tar a b && rm -r a b"));
  for (int person = 4; person < 9; ++person)
    test::add_study(root / std::to_string(person), person, 2);
  State one(folder.path() / "one"), two(folder.path() / "two");
  const auto expect_agreement = [&](std::size_t studies) {
    walk(one, {1, 2});
    walk(two, {2, 2});
    EXPECT_EQ(one.others().at(2).first, two.studies_with_files().size());
    EXPECT_EQ(two.others().at(1).first, one.studies_with_files().size());
    EXPECT_EQ(one.studies_with_files().size() + two.studies_with_files().size(), studies);
  };
  expect_agreement(8);
  expect_agreement(8); // nothing has changed
  fs::remove_all(root / "4");
  expect_agreement(7);
}

class Inventory : public Discovery {
 protected:
  Inventory() {
    for (int person = 0; person < 3; ++person)
      test::add_study(root / std::to_string(person), person, 2);
    walk(state);
    state.set("shard", "1-of-1");
    state.set("key", key_id("k"));
    state.set("keep_ids", "no");
  }
  /// How many studies a batch gets from the books as they stand.
  std::size_t take(const std::string& key = "k", bool keep_ids = false) {
    const fs::path file = folder.path() / "at rest"; // the books themselves are open
    fs::remove(file);
    {
      State at_rest(file);
      for (const char* name : {"shard", "key", "keep_ids", "walk", "walked"})
        at_rest.set(name, state.setting(name));
      for (const std::string& study : state.studies_with_files()) {
        StudyPlan plan;
        plan.key = study;
        at_rest.plan(plan);
      }
      state.for_each_file([&](const InputFile& one) { at_rest.store(std::span(&one, 1)); });
    }
    State books(folder.path() / "batch");
    DiscoveryOptions options;
    options.root = root;
    options.key = key;
    options.keep_ids = keep_ids;
    take_inventory(file, options, books, [](const std::string&) {});
    return books.studies().size();
  }
};

TEST_F(Inventory, StandsForAWalk) {
  EXPECT_EQ(take(), 3U);
}

TEST_F(Inventory, OfAWalkThatDidNotEndIsRefused) {
  state.begin_walk();
  EXPECT_THROW(take(), IoError);
}

TEST_F(Inventory, OfAShardAnotherKeyOrIdsIsRefused) {
  EXPECT_THROW(take("another"), ConfigError);
  EXPECT_THROW(take("k", true), ConfigError);
  state.set("shard", "1-of-2");
  EXPECT_THROW(take(), ConfigError);
}

TEST_F(Inventory, OverAnUnmountedRootIsRefused) {
  fs::remove_all(root / "0");
  EXPECT_EQ(take(), 3U) << "one study may be gone";
  fs::remove_all(root);
  EXPECT_THROW(take(), IoError);
}

TEST_F(Inventory, BeingWrittenIsRefused) {
  std::ofstream(folder.path() / "copy-wal") << "what SQLite has not yet put into the books";
  EXPECT_THROW(take_inventory(folder.path() / "copy", {}, state, [](const std::string&) {}), IoError);
}

TEST_F(Discovery, ALinkToANiftiIsAStudyOfItsOwn) {
  fs::create_directories(root / "raw");
  fs::create_directories(root / "derived");
  std::ofstream(root / "raw" / "x.nii.gz") << "voxels";
  fs::create_symlink("../raw/x.nii.gz", root / "derived" / "x.nii.gz");
  walk(state);
  EXPECT_EQ(state.studies().size(), 2U);
}

TEST_F(Discovery, AnEmptyOrUnmountedRootIsAnError) {
  fs::create_directories(root);
  EXPECT_THROW(walk(state), IoError);
  test::add_study(root / "a", 1, 3);
  walk(state);
  StudyPlan plan;
  plan.key = state.studies().at(0);
  plan.fingerprint = "f";
  state.plan(plan);
  fs::remove_all(root / "a");
  EXPECT_THROW(walk(state), IoError); // rather than to call every study gone
  EXPECT_EQ(state.files_of(plan.key).size(), 3U);
}

} // namespace
} // namespace osteocalc::batch
