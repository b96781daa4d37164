// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/file_tree.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/archive.h"
#include "osteocalc/io/dicomdir.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include <sys/stat.h>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;
namespace fs = std::filesystem;

namespace {

class Tree : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(root); }
  [[nodiscard]] FileTree find(const ArchiveLimits& limits = {}) const {
    return find_files(std::vector{root}, {}, limits);
  }
  void file(const fs::path& name, const std::string& content = "content") const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << content;
  }
  /// A command with the folder of the tests as its own.
  [[nodiscard]] bool shell(const std::string& command) const {
    return runs("cd '" + folder.path().string() + "' && " + command);
  }
  TemporaryFolder folder;
  fs::path root = folder.path() / "root";
};

std::string text_of(const FileTree& tree, const std::string& rule) {
  for (const Issue& issue : tree.issues)
    if (issue.rule == rule)
      return issue.where + ": " + issue.text;
  return "";
}

} // namespace

TEST_F(Tree, NestedFilesAreFoundSortedAndOnce) {
  file("b/c/deep");
  file("a");
  const FileTree tree = find_files(std::vector{root, root / "a"});
  EXPECT_EQ(tree.files, (std::vector<fs::path>{root / "a", root / "b/c/deep"}));
  EXPECT_TRUE(tree.issues.empty());
  EXPECT_THROW(static_cast<void>(find_files(std::vector{root / "none"})), IoError);
}

TEST_F(Tree, CyclicAndBrokenLinksEnd) {
  file("a/x");
  fs::create_directory_symlink(root, root / "a" / "up");
  fs::create_symlink("nowhere", root / "broken");
  const FileTree tree = find();
  EXPECT_EQ(tree.files.size(), 1U);
  EXPECT_EQ(tree.issues.size(), 2U);
  EXPECT_TRUE(has_rule(tree.issues, "IO-LINK"));
}

TEST_F(Tree, APipeIsNotOpened) {
  file("x");
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
  const FileTree tree = find(); // would wait for ever
  EXPECT_EQ(tree.files.size(), 1U);
  EXPECT_TRUE(has_rule(tree.issues, "IO-NOT-FILE"));
}

TEST_F(Tree, AFolderThatCannotBeListedIsNamedAndTheRestGoesOn) {
  file("a");
  file("closed/b");
  fs::permissions(root / "closed", fs::perms::none);
  const bool root_user = ::geteuid() == 0; // nobody may read everything
  ASSERT_TRUE(!root_user || ::seteuid(65534) == 0);
  const FileTree tree = find();
  ASSERT_TRUE(!root_user || ::seteuid(0) == 0);
  fs::permissions(root / "closed", fs::perms::owner_all);
  EXPECT_EQ(tree.files.size(), 1U);
  EXPECT_NE(text_of(tree, "IO-FOLDER").find("closed"), std::string::npos);
}

TEST_F(Tree, ArchivesOfEveryKindAreReadUnderAnyName) {
  file("scan/IM1", "one");
  file("scan/sub/IM2", "two");
  const std::pair<const char*, const char*> archives[] = {{"zip -qr out.zip root", "out.zip"},
                                                          {"tar cf out.tar root", "out.tar"},
                                                          {"tar czf export root", "export"},
                                                          {"tar cjf out.tbz root", "out.tbz"},
                                                          {"tar cJf out.tar.xz root", "out.tar.xz"}};
  for (const auto& [command, name] : archives) {
    ASSERT_TRUE(shell(command)) << command;
    fs::path inside;
    {
      const FileTree tree = find_files(std::vector{folder.path() / name});
      ASSERT_EQ(tree.files.size(), 2U) << command;
      EXPECT_TRUE(tree.issues.empty()) << command;
      EXPECT_EQ(tree.shown(tree.files[1]), (folder.path() / name / "root/scan/sub/IM2").string());
      inside = tree.archives.front().content.path();
      EXPECT_EQ(fs::status(inside).permissions() & fs::perms::all, fs::perms::owner_all);
      EXPECT_EQ(fs::file_size(tree.files[0]), 3U);
    }
    EXPECT_FALSE(fs::exists(inside)) << "left behind";
  }
}

TEST_F(Tree, AnArchiveInAnArchiveIsReadButNotForEver) {
  file("IM1");
  ASSERT_TRUE(
      shell("mkdir a && mv root/IM1 a/ && for i in 1 2 3; do zip -qr t.zip a && rm -r a && mkdir a && mv t.zip a/; "
            "done && mv a/t.zip root/"));
  EXPECT_TRUE(has_rule(find().issues, "IO-ARCHIVE"));
  EXPECT_TRUE(find().files.empty());
  ArchiveLimits deeper;
  deeper.nesting = 3;
  EXPECT_EQ(find(deeper).files.size(), 1U);
}

TEST_F(Tree, APathMayLeadIntoAnArchive) {
  file("a/IM1", "one");
  file("a/IM2", "two");
  file("ab/IM3", "three");
  ASSERT_TRUE(shell("tar czf inner.tgz root && mv inner.tgz root/ && zip -qr out.zip root"));
  const fs::path zip = folder.path() / "out.zip";
  const auto found = [&](const std::vector<fs::path>& paths) {
    const FileTree tree = find_files(paths);
    std::set<std::string> names;
    for (const fs::path& path : tree.files)
      names.insert(tree.shown(path).substr(zip.string().size() + 1));
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(found({zip / "root/a/IM2"}), Names{"root/a/IM2"});
  EXPECT_EQ(found({zip / "root/a"}), (Names{"root/a/IM1", "root/a/IM2"}));
  EXPECT_EQ(found({zip / "root/a/IM1", zip / "root/ab"}), (Names{"root/a/IM1", "root/ab/IM3"}));
  EXPECT_EQ(found({zip / "root/inner.tgz/root/ab/IM3"}), Names{"root/inner.tgz/root/ab/IM3"});
  EXPECT_THROW(found({zip / "root/none"}), IoError);
  EXPECT_THROW(found({zip / "root/a/IM1/deeper"}), IoError);
}

TEST_F(Tree, AFileIsThereAlsoWithinAnArchive) {
  file("a/both.zip");
  EXPECT_TRUE(is_there(root / "a"));
  EXPECT_TRUE(is_there(root / "a/both.zip"));
  EXPECT_TRUE(is_there(root / "a/both.zip/in/1.dcm"));
  EXPECT_FALSE(is_there(root / "a/1.dcm"));
  EXPECT_FALSE(is_there(root / "b/1.dcm"));
}

TEST_F(Tree, NothingLeavesTheTemporaryFolder) {
  file("good");
  ASSERT_TRUE(shell("echo bad >outside && cd root && ln -s /etc/passwd link && ln good hard && "
                    "tar cPf ../evil.tar good link hard ../outside && zip -q ../evil.zip ../outside"));
  const fs::path outside = fs::temp_directory_path() / "outside";
  fs::remove(outside);
  const FileTree tree = find_files(std::vector{folder.path() / "evil.tar", folder.path() / "evil.zip"});
  ASSERT_EQ(tree.files.size(), 1U);
  EXPECT_EQ(tree.files[0].filename(), "good");
  EXPECT_NE(text_of(tree, "IO-ARCHIVE-ENTRY").find(": 3 "), std::string::npos) << text_of(tree, "IO-ARCHIVE-ENTRY");
  EXPECT_FALSE(fs::exists(outside));
}

TEST_F(Tree, ABombStopsAtTheLimits) {
  ASSERT_TRUE(shell("head -c 200000000 /dev/zero >root/zero && zip -q9 root/bomb.zip root/zero && rm root/zero"));
  const FileTree by_ratio = find();
  EXPECT_NE(text_of(by_ratio, "IO-ARCHIVE").find("1000 times"), std::string::npos) << text_of(by_ratio, "IO-ARCHIVE");
  EXPECT_TRUE(by_ratio.files.empty());
  ArchiveLimits limits;
  limits.bytes = 1000;
  EXPECT_NE(text_of(find(limits), "IO-ARCHIVE").find("more bytes"), std::string::npos);
  fs::remove(root / "bomb.zip");
  ASSERT_TRUE(shell("mkdir many && touch many/1 many/2 many/3 && zip -qr root/many.zip many"));
  limits.entries = 2;
  EXPECT_NE(text_of(find(limits), "IO-ARCHIVE").find("more files"), std::string::npos);
}

TEST_F(Tree, ADamagedArchiveGivesWhatIsWhole) {
  ASSERT_TRUE(shell("head -c 300000 /dev/urandom >a && head -c 300000 /dev/urandom >b && tar czf root/cut.tgz a b"));
  fs::resize_file(root / "cut.tgz", 450000);
  const FileTree tree = find();
  EXPECT_EQ(tree.files.size(), 1U);
  EXPECT_TRUE(has_rule(tree.issues, "IO-ARCHIVE"));
  file("rubbish.zip", "PK\x03\x04 and nothing that follows");
  EXPECT_TRUE(has_rule(find().issues, "IO-ARCHIVE"));
}

/// Changes bytes in the middle of what `content` is stored as.
void spoil(const fs::path& archive, const std::string& content) {
  std::fstream file(archive, std::ios::binary | std::ios::in | std::ios::out);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = bytes.find(content);
  ASSERT_NE(at, std::string::npos);
  file.seekp(static_cast<std::streamoff>(at + content.size() / 2));
  file << "SPOILT";
}

TEST_F(Tree, ADamagedEntryIsLeftOutAndTheRestIsRead) {
  file("1", "first slice, stored as it is");
  file("2", "second slice, stored as it is");
  file("3", "third slice, stored as it is");
  ASSERT_TRUE(shell("zip -qr0 out.zip root"));
  spoil(folder.path() / "out.zip", "second slice, stored");
  const FileTree tree = find_files(std::vector{folder.path() / "out.zip"});
  ASSERT_EQ(tree.files.size(), 2U);
  EXPECT_EQ(tree.files[1].filename(), "3");
  EXPECT_NE(text_of(tree, "IO-ARCHIVE").find("damaged files in the archive: 1, first root/2"), std::string::npos);
}

TEST_F(Tree, ADamagedDeflatedEntryIsLeftOutAndTheRestIsRead) {
  ASSERT_TRUE(shell("for i in 1 2 3; do head -c 30000 /dev/urandom | base64 >root/$i; done && zip -q -r out.zip root"));
  ASSERT_TRUE(shell("dd if=/dev/zero of=out.zip bs=1 seek=40000 count=200 conv=notrunc"));
  const FileTree tree = find_files(std::vector{folder.path() / "out.zip"});
  EXPECT_EQ(tree.files.size(), 2U);
  EXPECT_NE(text_of(tree, "IO-ARCHIVE").find("damaged files in the archive: 1"), std::string::npos);
}

TEST_F(Tree, NamesInAnyEncodingAreRead) {
  file("M\xC3\x9CLLER/1");
  file("M\xDCLLER/2");
  ASSERT_TRUE(shell("tar cf out.tar root"));
  ASSERT_TRUE(shell("python3 -c \"import zipfile; z=zipfile.ZipFile('out.zip','w'); "
                    "z.writestr('M\\u00dcLLER/1','one'); z.writestr('M\\u00dcLLER/2','two')\""));
  for (const char* archive : {"out.tar", "out.zip"}) {
    const FileTree tree = find_files(std::vector{folder.path() / archive});
    EXPECT_EQ(tree.files.size(), 2U) << archive;
    EXPECT_TRUE(tree.issues.empty()) << archive;
  }
}

TEST_F(Tree, NamesThatAreTooLongOrTakenBecomeNumbers) {
  ASSERT_TRUE(
      shell("python3 -W ignore -c \"import zipfile; z=zipfile.ZipFile('out.zip','w'); z.writestr('a'*300,'one'); "
            "z.writestr('b','two'); z.writestr('b','three'); z.writestr('b/c','four')\""));
  const FileTree tree = find_files(std::vector{folder.path() / "out.zip"});
  EXPECT_EQ(tree.files.size(), 4U);
  EXPECT_NE(text_of(tree, "IO-ARCHIVE-ENTRY").find("too long or taken: 3"), std::string::npos);
}

TEST_F(Tree, AnEncryptedArchiveIsSaidToBe) {
  file("1");
  ASSERT_TRUE(shell("zip -qr -P secret out.zip root"));
  const FileTree tree = find_files(std::vector{folder.path() / "out.zip"});
  EXPECT_TRUE(tree.files.empty());
  EXPECT_NE(text_of(tree, "IO-ARCHIVE").find("encrypted files in the archive: 1"), std::string::npos);
}

TEST_F(Tree, ADicomdirTellsWhatIsMissing) {
  write_dicom_ct(small_scan(3), root / "ct");
  for (int i = 1; i <= 3; ++i) {
    const fs::path slice = root / "ct" / ("slice_000" + std::to_string(i) + ".dcm");
    edit_dicom(slice, [](DcmDataset& dataset) {
      dataset.putAndInsertString(DCM_StudyDate, "20200101");
      dataset.putAndInsertString(DCM_StudyTime, "1200");
      dataset.putAndInsertString(DCM_StudyID, "1");
      dataset.putAndInsertString(DCM_SeriesNumber, "1");
    });
    fs::rename(slice, root / "ct" / ("IM" + std::to_string(i)));
  }
  fs::rename(root / "ct", root / "CT");
  ASSERT_TRUE(shell("cd root && dcmmkdir +r -Pgp +id . CT/IM1 CT/IM2 CT/IM3"));
  EXPECT_EQ(find().files.size(), 3U);
  EXPECT_TRUE(find().issues.empty());
  fs::rename(root / "CT", root / "ct"); // as a CD is read back
  EXPECT_EQ(read_dicomdir(root / "DICOMDIR").missing.size(), 3U) << "names within stay";
  for (int i = 1; i <= 3; ++i)
    fs::rename(root / "ct" / ("IM" + std::to_string(i)), root / "ct" / ("im" + std::to_string(i)));
  EXPECT_EQ(read_dicomdir(root / "DICOMDIR").listed, 3U);
  EXPECT_TRUE(find().issues.empty());
  EXPECT_EQ(find_files(std::vector{root / "DICOMDIR"}).files.size(), 3U) << "a directory stands for its folder";
  fs::remove(root / "ct" / "im2");
  EXPECT_NE(text_of(find(), "IO-DICOMDIR").find("1 of 3, first CT\\IM2"), std::string::npos)
      << text_of(find(), "IO-DICOMDIR");
  file("DICOMDIR", "rubbish");
  EXPECT_NE(text_of(find(), "IO-DICOMDIR").find("no readable directory"), std::string::npos);
}
