// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/table_files.h"

#include "osteocalc/core/error.h"
#include "support/test_path.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <readstat.h>

namespace osteocalc::cohort {
namespace {

ssize_t to_stream(const void* data, size_t length, void* context) {
  static_cast<std::ofstream*>(context)->write(static_cast<const char*>(data), static_cast<std::streamsize>(length));
  return static_cast<ssize_t>(length);
}

using Begin = readstat_error_t (*)(readstat_writer_t*, void*, long);

/// Three people: id 1 2 3, bmd 1.5 missing -2.25, sex "F" "M" "".
void write_file(const std::filesystem::path& file, Begin begin) {
  std::ofstream stream(file, std::ios::binary);
  readstat_writer_t* writer = readstat_writer_init();
  readstat_set_data_writer(writer, to_stream);
  const readstat_variable_t* id = readstat_add_variable(writer, "ID", READSTAT_TYPE_DOUBLE, 0);
  const readstat_variable_t* bmd = readstat_add_variable(writer, "BMD", READSTAT_TYPE_DOUBLE, 0);
  const readstat_variable_t* sex = readstat_add_variable(writer, "SEX", READSTAT_TYPE_STRING, 8);
  ASSERT_EQ(begin(writer, &stream, 3), READSTAT_OK);
  const double values[] = {1.5, NAN, -2.25};
  const char* texts[] = {"F", "M", ""};
  for (int row = 0; row < 3; ++row) {
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, id, row + 1);
    if (std::isnan(values[row]))
      readstat_insert_missing_value(writer, bmd);
    else
      readstat_insert_double_value(writer, bmd, values[row]);
    readstat_insert_string_value(writer, sex, texts[row]);
    readstat_end_row(writer);
  }
  EXPECT_EQ(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

class TableFiles : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = test::test_path();
};

TEST_F(TableFiles, ReadsSasSpssAndStata) {
  const std::pair<const char*, Begin> kinds[] = {{"people.xpt", readstat_begin_writing_xport},
                                                 {"people.sav", readstat_begin_writing_sav},
                                                 {"people.dta", readstat_begin_writing_dta}};
  for (const auto& [name, begin] : kinds) {
    SCOPED_TRACE(name);
    write_file(folder_ / name, begin);
    const Table table = read_table(folder_ / name);
    EXPECT_EQ(table.rows(), 3U);
    EXPECT_EQ(table.numbers("ID"), (Numbers{1.0, 2.0, 3.0}));
    EXPECT_EQ(table.numbers("BMD"), (Numbers{1.5, std::nullopt, -2.25}));
    EXPECT_EQ(std::get<Texts>(table.column("SEX").cells), (Texts{"F", "M", std::nullopt}));
  }
}

TEST_F(TableFiles, CodesDeclaredMissingByTheAuthorAreMissing) {
  const std::filesystem::path file = folder_ / "declared.sav";
  std::ofstream stream(file, std::ios::binary);
  readstat_writer_t* writer = readstat_writer_init();
  readstat_set_data_writer(writer, to_stream);
  readstat_label_set_t* labels = readstat_add_label_set(writer, READSTAT_TYPE_DOUBLE, "smoking");
  readstat_label_double_value(labels, 1, "yes");
  readstat_label_double_value(labels, 9, "refused");
  readstat_variable_t* smoking = readstat_add_variable(writer, "SMOKING", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_set_label_set(smoking, labels);
  readstat_variable_add_missing_double_value(smoking, 9);
  ASSERT_EQ(readstat_begin_writing_sav(writer, &stream, 3), READSTAT_OK);
  for (const double value : {1.0, 9.0, 2.0}) {
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, smoking, value);
    readstat_end_row(writer);
  }
  ASSERT_EQ(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
  stream.close();
  EXPECT_EQ(read_table(file).numbers("SMOKING"), (Numbers{1.0, std::nullopt, 2.0}));
}

TEST_F(TableFiles, StatasLabelledMissingValuesAreMissing) {
  const std::filesystem::path file = folder_ / "tagged.dta";
  std::ofstream stream(file, std::ios::binary);
  readstat_writer_t* writer = readstat_writer_init();
  readstat_set_data_writer(writer, to_stream);
  const readstat_variable_t* x = readstat_add_variable(writer, "X", READSTAT_TYPE_DOUBLE, 0);
  ASSERT_EQ(readstat_begin_writing_dta(writer, &stream, 2), READSTAT_OK);
  readstat_begin_row(writer);
  readstat_insert_tagged_missing_value(writer, x, 'a'); // .a
  readstat_end_row(writer);
  readstat_begin_row(writer);
  readstat_insert_double_value(writer, x, 4);
  readstat_end_row(writer);
  ASSERT_EQ(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
  stream.close();
  EXPECT_EQ(read_table(file).numbers("X"), (Numbers{std::nullopt, 4.0}));
}

TEST_F(TableFiles, ReadsATableOfADatabase) {
  const std::string file = (folder_ / "results.sqlite").string();
  {
    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("CREATE TABLE studies (subject TEXT, hu REAL, aac24 INTEGER)");
    database.exec("INSERT INTO studies VALUES ('a', 135.5, 0), ('b', NULL, 12), ('c', 90, NULL)");
  }
  const Table table = read_table(file + ":studies");
  EXPECT_EQ(table.numbers("hu"), (Numbers{135.5, std::nullopt, 90.0}));
  EXPECT_EQ(table.numbers("aac24"), (Numbers{0.0, 12.0, std::nullopt}));
  EXPECT_EQ(*cell_text(table.column("subject"), 1), "b");
  EXPECT_EQ(table_file(file + ":studies"), file);
  EXPECT_THROW((void)read_table(file + ":nothing"), TableError);
  EXPECT_THROW((void)read_table(file), ConfigError);
}

TEST_F(TableFiles, ABrokenFileIsNamed) {
  std::ofstream(folder_ / "broken.sav") << "no SPSS file";
  EXPECT_THROW((void)read_table(folder_ / "broken.sav"), IoError);
  EXPECT_THROW((void)read_table(folder_ / "absent.xpt"), IoError);
  EXPECT_THROW((void)read_table(folder_ / "absent.csv"), IoError);
}

} // namespace
} // namespace osteocalc::cohort
