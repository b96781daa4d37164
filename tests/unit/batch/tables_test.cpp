// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/tables.h"

#include "osteocalc/report/results_csv.h"

#include "support/dicom_scan.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace osteocalc::batch {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void add(State& state, const std::string& key, Outcome outcome, const std::string& columns, const std::string& cells) {
  StudyPlan plan;
  plan.key = key;
  plan.subject = "s" + key;
  plan.fingerprint = "f";
  plan.files = 2;
  state.plan(plan);
  Verdict verdict{outcome, "read", "IO-X", "a, \"reason\"", 0, 0, columns, cells, ""};
  if (outcome == Outcome::Done)
    verdict.issues = "warning\x1fIO-GAP\x1f\x1fone slice\x1f";
  state.finish(plan, verdict);
}

class Tables : public testing::Test {
 protected:
  void fill(State& state, bool reversed) const {
    for (int i = 0; i < 3; ++i)
      switch (reversed ? 2 - i : i) {
      case 0:
        add(state, "b", Outcome::Done, "L1_hu\x1fstate\x1fstudy",
            "125.5\x1f"
            "done\x1f"
            "b");
        break;
      case 1:
        add(state, "a", Outcome::Done, "aorta_agatston\x1fstudy\x1fsubject",
            "0\x1f"
            "a\x1f"
            "sa");
        break;
      default:
        add(state, "c", Outcome::Refused, "", "");
      }
    state.set("subject_columns", "centre\x1f");
    state.set_subjects({{"sb", "007\x1f"}});
  }
  test::TemporaryFolder folder;
};

TEST_F(Tables, EveryCellStandsInItsColumn) {
  State state(folder.path() / "state");
  fill(state, false);
  write_tables(state, {}, folder.path());
  EXPECT_EQ(text_of(folder.path() / "results.csv"),
            "study,subject,age_years,sex,state,L1_hu,aorta_agatston,calibration_mode,kvp_kv,contrast,issues,centre\n"
            "a,sa,,,,,0,,,,,\n"
            "b,,,,done,125.5,,,,,,007\n");
  EXPECT_EQ(text_of(folder.path() / "failures.csv"), "study,stage,rule,reason,state,subject,files\n"
                                                     "c,read,IO-X,\"a, \"\"reason\"\"\",refused,sc,2\n");
}

TEST_F(Tables, DoNotDependOnTheOrderOfWork) {
  for (const bool reversed : {false, true}) {
    const auto place = folder.path() / (reversed ? "two" : "one");
    std::filesystem::create_directories(place);
    State state(place / "state");
    fill(state, reversed);
    write_tables(state, {}, place);
  }
  for (const char* table : {"results.csv", "failures.csv", "results.sqlite"})
    EXPECT_TRUE(text_of(folder.path() / "one" / table) == text_of(folder.path() / "two" / table)) << table;
}

TEST_F(Tables, NumbersAreNumbersAndCodesAreTexts) {
  State state(folder.path() / "state");
  fill(state, false);
  write_tables(state, {}, folder.path());
  SQLite::Database database((folder.path() / "results.sqlite").string());
  EXPECT_EQ(database.execAndGet("SELECT typeof(L1_hu) FROM studies WHERE study='b'").getString(), "real");
  EXPECT_EQ(database.execAndGet("SELECT typeof(L1_hu) FROM studies WHERE study='a'").getString(), "null");
  EXPECT_EQ(database.execAndGet("SELECT centre FROM studies WHERE study='b'").getString(), "007");
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM issues WHERE rule='IO-GAP' AND text='one slice'").getInt(), 2);
  EXPECT_EQ(database.execAndGet("SELECT rule FROM failures").getString(), "IO-X");
}

TEST_F(Tables, InputsAreForTheirOwnerAlone) {
  State state(folder.path() / "state");
  state.begin_walk();
  state.store(std::vector<InputFile>{{"b,c/1", 1, 1, FileRole::Image, "k", "", "", 0}});
  write_inputs(state, folder.path());
  EXPECT_EQ(text_of(folder.path() / "inputs.csv"), "study,path\nk,\"b,c/1\"\n");
  EXPECT_EQ(std::filesystem::status(folder.path() / "inputs.csv").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

} // namespace
} // namespace osteocalc::batch
