// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/percentile_table.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::reference {
namespace {

Percentile mesa(double score, Sex sex, double age_years, std::string_view group) {
  const PercentileAnswer answer = percentile_of(mesa_2006(), score, sex, age_years, group);
  EXPECT_TRUE(answer.percentile) << answer.reason;
  return answer.percentile.value_or(Percentile{});
}

// What the study's own calculator answers.
TEST(Mesa, agrees_with_the_calculator) {
  EXPECT_EQ(mesa(0, Sex::Male, 55, "white").text(), "0");
  EXPECT_EQ(mesa(0, Sex::Male, 55, "white").scores, (std::vector<double>{0, 6, 68, 234}));
  EXPECT_EQ(mesa(35, Sex::Female, 46, "chinese").text(), ">90");
  EXPECT_EQ(mesa(120, Sex::Female, 62, "black").text(), ">90");
  EXPECT_NEAR(mesa(450, Sex::Male, 70, "hispanic").value, 84, 2);
  EXPECT_NEAR(mesa(1200, Sex::Male, 72, "white").value, 85, 2);
  const std::vector<double> at_72{32, 180, 641, 1584};
  const std::vector<double> found = mesa(1200, Sex::Male, 72, "white").scores;
  for (std::size_t i = 0; i < at_72.size(); ++i)
    EXPECT_NEAR(found[i], at_72[i], 0.06 * at_72[i]);
}

TEST(Mesa, a_tabled_score_is_its_own_percentile) {
  EXPECT_NEAR(mesa(145, Sex::Male, 70, "white").value, 50, 1e-9);
  EXPECT_NEAR(mesa(540, Sex::Male, 70, "white").value, 75, 1e-9);
  EXPECT_NEAR(mesa(1345, Sex::Male, 70, "white").value, 90, 1e-9);
  EXPECT_EQ(mesa(1346, Sex::Male, 70, "white").text(), ">90");
}

TEST(Mesa, rises_with_the_score_and_starts_above_those_without_calcium) {
  double last = 0;
  for (double score = 0.5; score < 230; score *= 1.3) {
    const double value = mesa(score, Sex::Male, 55, "white").value;
    EXPECT_GE(value, last);
    EXPECT_GE(value, 44); // 56 % have calcium
    last = value;
  }
}

TEST(Mesa, refuses_other_ages_and_groups) {
  EXPECT_FALSE(percentile_of(mesa_2006(), 10, Sex::Male, 44.9, "white").percentile);
  EXPECT_FALSE(percentile_of(mesa_2006(), 10, Sex::Male, 85, "white").percentile);
  EXPECT_TRUE(percentile_of(mesa_2006(), 10, Sex::Male, 84.9, "white").percentile); // 84 years old
  const PercentileAnswer other = percentile_of(mesa_2006(), 10, Sex::Male, 60, "other");
  EXPECT_FALSE(other.percentile);
  EXPECT_NE(other.reason.find("other"), std::string::npos);
}

TEST(Hoff, reads_bands_and_says_below_the_first_percentile) {
  const auto hoff = [](double score, Sex sex, double age) {
    return *percentile_of(hoff_2001(), score, sex, age).percentile;
  };
  EXPECT_NEAR(hoff(113, Sex::Male, 62).value, 50, 1e-9);
  EXPECT_NEAR(hoff(113, Sex::Male, 64.9).value, 50, 1e-9); // one band
  EXPECT_EQ(hoff(5, Sex::Male, 62).text(), "<25");         // 25 % have 13 or less
  EXPECT_EQ(hoff(900, Sex::Female, 80).text(), ">90");
  const double low = hoff(3, Sex::Female, 57).value; // 0/1/23/121: between the median and the third quartile
  EXPECT_GT(low, 50);
  EXPECT_LT(low, 75);
}

TEST(ArterialAge, of_the_published_line) {
  EXPECT_NEAR(arterial_age_years(0), 39.1, 1e-9);
  EXPECT_NEAR(arterial_age_years(100), 72.6, 0.05);
  EXPECT_NEAR(arterial_age_years(250), 79.2, 0.05);
}

TEST(UserTable, is_read_and_checked) {
  const auto file = std::filesystem::temp_directory_path() / "osteocalc_percentiles.toml";
  const auto write = [&](const char* rows) {
    std::ofstream(file) << "schema = 'osteocalc.percentiles/1'\nname = 'own'\nsource = 's'\nedition = 'e'\n"
                           "age_rule = 'bands'\nage_years = [40, 90]\npercentiles = [50, 90]\nrows = ["
                        << rows << "]\n";
  };
  write("{sex = 'F', age = 40, scores = [10, 100]}");
  EXPECT_NEAR(percentile_of(read_percentile_table(file), 100, Sex::Female, 50).percentile->value, 90, 1e-9);
  write("{sex = 'F', age = 40, scores = [100, 10]}");
  EXPECT_THROW((void)read_percentile_table(file), TableError);
  write("{sex = 'X', age = 40, scores = [10, 100]}");
  EXPECT_THROW((void)read_percentile_table(file), TableError);
  std::ofstream(file) << "no toml at all [";
  EXPECT_THROW((void)read_percentile_table(file), TableError);
  std::filesystem::remove(file);
  EXPECT_THROW((void)read_percentile_table(file), IoError);
}

} // namespace
} // namespace osteocalc::reference
