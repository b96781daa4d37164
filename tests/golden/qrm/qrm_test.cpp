// SPDX-License-Identifier: Apache-2.0
// QRM cardio calcification insert in the large thorax, Canon Aquilion One Vision, 120 kV, 3 mm slices (scan
// Large_rep1). Reference scores: qrm_phantom/reference/agatston.csv, measured on this very scan by the group that
// publishes it (doi 10.1002/mp.14912). They segmented each insert first, so scores agree but for pixels at its edge.
#include "golden/shared_data.h"

#include <array>
#include <cmath>

namespace osteocalc::test {
namespace {

using QrmGolden = SharedData;

/// Where an insert lies in this scan (mm), as seen in it: the lesion nearest to there is taken.
struct Insert {
  const char* name;
  double x_mm, y_mm, agatston, tolerance;
};
constexpr std::array<Insert, 6> inserts{{{"5 mm, 200 mg/cm3", 17, 31, 137.409088, 0.04},
                                         {"5 mm, 400 mg/cm3", 14, -33, 236.715136, 0.04},
                                         {"5 mm, 800 mg/cm3", -41, 1, 396.271616, 0.04},
                                         {"3 mm, 200 mg/cm3", 11, 21, 22.385536, 0.08},
                                         {"3 mm, 400 mg/cm3", 8, -22, 69.538048, 0.08},
                                         {"3 mm, 800 mg/cm3", -28, 1, 89.304, 0.08}}};
constexpr double plane_z_mm = 600, reach_mm = 4;

TEST_F(QrmGolden, InsertsHaveTheirReferenceScores) {
  const Outcome run = osteocalc({"score", shared("qrm_phantom/dicom"), "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json result = run.json();
  std::vector<std::array<double, 2>> found;
  for (const Insert& insert : inserts) {
    const nlohmann::json* nearest = nullptr;
    double nearest_mm = reach_mm;
    for (const auto& lesion : result["regions"][0]["lesions"]) {
      const auto at = lesion["centroid_mm"].get<std::array<double, 3>>();
      const double away_mm = std::hypot(at[0] - insert.x_mm, at[1] - insert.y_mm, at[2] - plane_z_mm);
      if (away_mm < nearest_mm) {
        nearest_mm = away_mm;
        nearest = &lesion;
      }
    }
    ASSERT_NE(nearest, nullptr) << insert.name;
    EXPECT_NEAR((*nearest)["agatston"].get<double>() / insert.agatston, 1, insert.tolerance) << insert.name;
    found.push_back({(*nearest)["centroid_mm"][0], (*nearest)["centroid_mm"][1]});
  }
  // The match is right when the inserts lie as they are built: on three rays, 38 mm (5 mm) and 25 mm (3 mm) from their
  // common centre.
  const double x = (found[0][0] + found[1][0] + found[2][0]) / 3, y = (found[0][1] + found[1][1] + found[2][1]) / 3;
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(std::hypot(found[i][0] - x, found[i][1] - y), i < 3 ? 38 : 25, 1.5) << inserts[i].name;
}

} // namespace
} // namespace osteocalc::test
