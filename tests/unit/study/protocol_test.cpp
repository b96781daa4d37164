// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/protocol.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

using namespace osteocalc;
using namespace osteocalc::study;

namespace {

std::string complaint(const std::string& text) {
  try {
    static_cast<void>(parse_protocol("schema = \"osteocalc.protocol/1\"\n" + text, "mine.toml"));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

} // namespace

TEST(Protocol, AUsersFileGoesOverTheDefaultOne) {
  const Protocol protocol = parse_protocol("schema = \"osteocalc.protocol/1\"\n"
                                           "[rules]\n"
                                           "IO-GAP = { bone = \"refuse\" }\n"
                                           "[bone]\n"
                                           "otherwise = \"refuse\"\n"
                                           "fit = [{ name = \"thin\", increment_mm = [0, 1] }]\n",
                                           "mine.toml");
  EXPECT_EQ(protocol.verdict("IO-GAP", Use::Bone), Verdict::Refuse);
  EXPECT_EQ(protocol.verdict("IO-GAP", Use::Calcium), Verdict::Flag);
  EXPECT_EQ(protocol.verdict("IO-LOCALIZER", Use::Calcium), Verdict::Refuse);
  ASSERT_EQ(protocol[Use::Bone].fit.size(), 1U);
  EXPECT_EQ(protocol[Use::Bone].fit[0].ranges.at("increment_mm").high, 1);
  EXPECT_TRUE(protocol[Use::Bone].prefer.empty());
  EXPECT_EQ(protocol[Use::Calcium].fit.size(), default_protocol()[Use::Calcium].fit.size());
}

TEST(Protocol, ComplaintsNameLineAndKey) {
  EXPECT_EQ(complaint("[rules]\nIO-GAPP = { bone = \"flag\" }"),
            "mine.toml, line 3: 'IO-GAPP' is no rule of a series; the default protocol lists them all");
  EXPECT_EQ(complaint("[rules]\nIO-GAP = { bone = \"maybe\" }"),
            "mine.toml, line 3: 'bone' is 'maybe'; it must be accept, flag or refuse");
  EXPECT_EQ(complaint("[rules]\n\nIO-GAP = { heart = \"flag\" }"),
            "mine.toml, line 4: 'heart' is no use; there are calcium, bone and calibration");
  EXPECT_EQ(complaint("[[bone.fit]]\nincrement_mm = [3, 1]"),
            "mine.toml, line 3: 'increment_mm' must be a range whose lowest number comes first");
  EXPECT_NE(complaint("[bone]\nfit = [{ name = \"a\", thicknes_mm = [3, 1] }]").find("line 3: 'thicknes_mm' is not"),
            std::string::npos);
  EXPECT_NE(complaint("[bone]\nfit = [{ kvp_kv = [3, 4] }]").find("line 3: 'fit' needs a name"), std::string::npos);
  EXPECT_NE(complaint("[bone]\nprefer = [{ key = \"slices\" }]").find("line 3: 'slices' needs"), std::string::npos);
  EXPECT_NE(complaint("[lung]\n").find("line 2: 'lung' is no use"), std::string::npos);
  EXPECT_NE(complaint("[bone]\nfit = 7").find("line 3: 'fit' must be a list"), std::string::npos);
  EXPECT_NE(complaint("[bone\n").find("mine.toml, line 2"), std::string::npos);
  EXPECT_THROW(static_cast<void>(parse_protocol("name = \"x\"", "mine.toml")), ConfigError);
}

TEST(Protocol, ThePageAndTheFileSayTheSame) {
  std::ifstream in(OSTEOCALC_SOURCE_DIR "/docs/methods/dicom-geometry.md");
  ASSERT_TRUE(in);
  std::map<std::string, std::array<std::string, 3>> page; // | rule | calcium | bone | calibration | what |
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `IO-"))
      continue;
    std::istringstream cells(line);
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, '|');) {
      std::erase(cell, '`');
      const std::size_t first = cell.find_first_not_of(' ');
      row.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
    ASSERT_GE(row.size(), 6U) << line;
    page[row[1]] = {row[2], row[3], row[4]};
  }
  for (const auto& [rule, verdicts] : default_protocol().rules) {
    ASSERT_TRUE(page.contains(rule)) << rule << " is not on the page";
    for (const Use use : all_uses)
      EXPECT_EQ(page[rule][static_cast<std::size_t>(use)], to_string(verdicts[static_cast<std::size_t>(use)])) << rule;
  }
  EXPECT_EQ(page.size(), default_protocol().rules.size());
}
