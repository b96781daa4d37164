// SPDX-License-Identifier: Apache-2.0
// What every verb shares: help, version, wrong usage, verbs that are not built yet.
#include "integration/cli.h"

#include <regex>
#include <sstream>

namespace osteocalc::test {
namespace {

using CliUsage = Cli;

TEST_F(CliUsage, HelpAndVersionEndWell) {
  const Outcome help = osteocalc({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* verb : {"demo", "score", "bmd", "analyze", "cohort", "synth", "inspect", "segment", "calibrate",
                           "dxa", "batch", "collect"})
    EXPECT_NE(help.out.find(verb), std::string::npos) << verb;
  EXPECT_NE(help.out.find("For research use only"), std::string::npos);
  const Outcome version = osteocalc({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_TRUE(std::regex_match(version.out, std::regex("osteocalc \\d+\\.\\d+\\.\\d+ \\([0-9a-z]+\\)\n")))
      << version.out;
  for (const char* verb : {"score", "bmd", "analyze", "cohort", "synth", "demo"})
    EXPECT_EQ(osteocalc({verb, "--help"}).status, 0) << verb;
}

TEST_F(CliUsage, WhatIsNotUnderstoodIsWrongUsage) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"scorre"},
                                             {"score"},
                                             {"score", "x.nii", "--no-such"},
                                             {"--threads", "-1", "score", "x"},
                                             {"score", "x", "--threads", "two"},
                                             {"score", "x", "--kvp", "5"},
                                             {"score", "x", "--variant", "best"},
                                             {"score", "x", "--kvp-policy", "mine"},
                                             {"score", "x", "--kvp-policy", "custom=130,200,300"},
                                             {"score", "x", "--kvp-policy", "custom=130,300,200,400"},
                                             {"score", "x", "--nominal-thickness-mm", "0"},
                                             {"bmd", "x"},
                                             {"bmd", "x", "--mask", "y", "--calibration", "published:nobody"},
                                             {"analyze", "x"},
                                             {"analyze", "x", "-o", "y", "--labels", "z", "--sex", "X"},
                                             {"cohort", "-o", "y"},
                                             {"synth", "people", "-o", "y"}}) {
    const Outcome run = osteocalc(words);
    std::string shown;
    for (const std::string& word : words)
      shown += word + " ";
    EXPECT_EQ(run.status, 2) << shown;
    EXPECT_FALSE(run.err.empty()) << shown;
    EXPECT_TRUE(run.out.empty()) << shown;
  }
}

TEST_F(CliUsage, AMissingInputIsAFailureThatNamesIt) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"score", "/no/such/scan"},
                                             {"score", "/no/such/scan.nii.gz"},
                                             {"bmd", "/no/such/scan", "--mask", "/no/such/labels.nii.gz"},
                                             {"analyze", "/no/such/scan", "--labels", "y.nii.gz", "-o", file("out")}}) {
    const Outcome run = osteocalc(words);
    EXPECT_EQ(run.status, 1) << words[0];
    EXPECT_TRUE(run.says("/no/such/scan")) << run.err;
  }
}

} // namespace
} // namespace osteocalc::test
