// SPDX-License-Identifier: Apache-2.0
#include "integration/cli.h"
#include "support/dicom_scan.h"

namespace osteocalc::test {
namespace {

class CliInspect : public Cli {
 protected:
  void write(const std::string& name, const std::string& kernel, double thickness_mm) const {
    io::CtSeriesOptions options;
    options.uid_seed = name;
    options.kernel = kernel;
    options.nominal_thickness_mm = thickness_mm;
    io::write_dicom_ct(small_scan(20), folder / "scans" / name, options);
  }
};

TEST_F(CliInspect, ListsEverySeriesWithWhatItIsFitFor) {
  write("soft", "B30f", 2.5);
  write("sharp", "B70f", 2.5);
  ASSERT_TRUE(runs("cd " + folder.string() + " && zip -qr scans/more.zip scans/sharp && rm -r scans/sharp"));
  const Outcome run = osteocalc({"inspect", file("scans"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  EXPECT_EQ(result["schema"], "osteocalc.inspect/1");
  ASSERT_EQ(result["series"].size(), 2U);
  for (const auto& series : result["series"]) {
    EXPECT_EQ(series["slices"], 20);
    EXPECT_EQ(series["increment_mm"], 2.5);
    EXPECT_EQ(series["kvp_kv"], 120);
    EXPECT_EQ(series["contrast"], "unknown");
    EXPECT_TRUE(series["exam"].is_null());
    EXPECT_FALSE(series["fit"]["dxa"]["ok"]);
    const bool sharp = series["kernel"] == "B70f";
    EXPECT_EQ(series["fit"]["calcium"]["verdict"], sharp ? "flag" : "accept");
    EXPECT_EQ(series["fit"]["calcium"]["reasons"].empty(), !sharp);
    EXPECT_EQ(series["path"], sharp ? file("scans/more.zip/scans/sharp") : file("scans/soft"));
  }
  EXPECT_NE(osteocalc({"inspect", file("scans")}).out.find("kernel is sharp"), std::string::npos);
}

TEST_F(CliInspect, OtherVerbsChooseByTheSameRulesAndSayWhy) {
  write("soft", "B30f", 2.5);
  write("sharp", "B70f", 2.5);
  const Outcome run = osteocalc({"score", file("scans"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("STUDY-SERIES-CHOSEN"), std::string::npos);
  EXPECT_NE(run.out.find("kernel is sharp"), std::string::npos);
  std::ofstream(file("strict.toml")) << "schema = \"osteocalc.protocol/1\"\n[calcium]\notherwise = \"refuse\"\n"
                                        "fit = [{ name = \"none\", increment_mm = [0.1, 0.2] }]\n";
  const Outcome strict = osteocalc({"score", file("scans"), "--protocol", file("strict.toml")});
  EXPECT_EQ(strict.status, 3);
  EXPECT_TRUE(strict.says("STUDY-NO-SERIES"));
  EXPECT_TRUE(strict.says("increment_mm 2.5 is not within 0.1 to 0.2"));
  std::ofstream(file("wrong.toml")) << "schema = \"osteocalc.protocol/1\"\n[calcium]\nfits = []\n";
  const Outcome wrong = osteocalc({"inspect", file("scans"), "--protocol", file("wrong.toml")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(wrong.says("line 3: 'fits'"));
}

TEST_F(CliInspect, ScoresAZip) {
  write("soft", "B30f", 2.5);
  ASSERT_TRUE(runs("cd " + folder.string() + " && tar czf export.tgz scans"));
  EXPECT_EQ(osteocalc({"score", file("export.tgz"), "--json", "--quiet"}).out,
            osteocalc({"score", file("scans"), "--json", "--quiet"}).out);
}

} // namespace
} // namespace osteocalc::test
