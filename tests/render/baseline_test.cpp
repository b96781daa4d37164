// SPDX-License-Identifier: Apache-2.0
// Pictures of a phantom against pictures that a person has looked at. OSTEOCALC_WRITE_BASELINES=1 writes them anew;
// look at them before you commit them.
#include "paint.h"
#include "session.h"

#include <QImage>
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

namespace osteocalc::viewer {
namespace {

/// A body of soft tissue with an aorta that bends, a plaque in its wall and a column of vertebral blocks behind it.
std::unique_ptr<Session> phantom() {
  const VolumeGeometry grid{{96, 96, 64}, {2, 2, 3}, {-96, -96, -96}};
  auto image = std::make_shared<CtImage>();
  image->hu = Volume<std::int16_t>(grid, -1000);
  image->acquisition.kvp_kv = 120;
  LabelMap labels{Volume<LabelId>(grid, 0), {}};
  for (int z = 0; z < 64; ++z)
    for (int y = 0; y < 96; ++y)
      for (int x = 0; x < 96; ++x) {
        const Vec3 p = index_to_point(grid, {double(x), double(y), double(z)});
        if (std::hypot(p[0] / 85, p[1] / 65) <= 1)
          image->hu(x, y, z) = 40;
        const double aorta_x = 8 + 10 * std::sin(p[2] / 40);
        if (const double r = std::hypot(p[0] - aorta_x, p[1] + 5); r <= 11) {
          labels.voxels(x, y, z) = label::aorta;
          image->hu(x, y, z) = r > 8 && p[0] > aorta_x && std::abs(p[2] - 20) < 12 ? 450 : 45;
        }
        const bool disc = std::abs(std::remainder(p[2], 36)) > 14;
        if (std::hypot(p[0] / 20, (p[1] - 28) / 15) <= 1 && !disc) {
          labels.voxels(x, y, z) = whole_vertebra_label(
              static_cast<Vertebra>(static_cast<int>(Vertebra::L2) - static_cast<int>(std::lround(p[2] / 36))));
          image->hu(x, y, z) = std::hypot(p[0] / 20, (p[1] - 28) / 15) > 0.85 ? 500 : 160;
        }
      }
  OpenedStudy opened;
  opened.image = image;
  opened.labels.voxels = labels.voxels.clone();
  opened.record.info.kvp_kv = 120;
  opened.record.info.increment_mm = 3;
  opened.record.info.contrast = study::Contrast::None;
  Issues issues;
  auto session = std::make_unique<Session>(image, "phantom", Parallel{});
  auto review = begin_review(opened, {}, issues);
  session->set_review(std::move(review), std::move(opened));
  session->look_at({8, -5, 20});
  return session;
}

/// Mean difference of two pictures' channels; 255 where the sizes differ.
double difference(const QImage& a, const QImage& b) {
  if (a.size() != b.size())
    return 255;
  double sum = 0;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) {
      const QColor p = a.pixelColor(x, y), q = b.pixelColor(x, y);
      sum += std::abs(p.red() - q.red()) + std::abs(p.green() - q.green()) + std::abs(p.blue() - q.blue());
    }
  return sum / (3.0 * a.width() * a.height());
}

class Baseline : public testing::TestWithParam<Pane> {};

TEST_P(Baseline, LooksAsItDid) {
  const auto session = phantom();
  const Pane pane = GetParam();
  const QImage now = to_image(session->picture(pane, 240, 240));
  ASSERT_EQ(session->why_no_scene(), "");
  const QString file = QString(OSTEOCALC_BASELINES) + "/" + to_string(pane).data() + ".png";
  if (std::getenv("OSTEOCALC_WRITE_BASELINES")) {
    ASSERT_TRUE(now.save(file));
  }
  const QImage before(file);
  ASSERT_FALSE(before.isNull()) << file.toStdString();
  // Planes are computed by us, to the last grey; the scene by whatever OpenGL there is.
  EXPECT_LT(difference(now, before.convertToFormat(QImage::Format_RGB888)), pane == Pane::Scene ? 6 : 0.5);
  QImage black(now.size(), QImage::Format_RGB888);
  black.fill(Qt::black);
  EXPECT_GT(difference(now, black), 5) << "the picture is empty";
}

INSTANTIATE_TEST_SUITE_P(Panes, Baseline,
                         testing::Values(Pane::Axial, Pane::Sagittal, Pane::Coronal, Pane::Oblique, Pane::Curved,
                                         Pane::Scene),
                         [](const auto& pane) {
                           return pane.param == Pane::Scene ? std::string("scene") : std::string(to_string(pane.param));
                         });

} // namespace
} // namespace osteocalc::viewer
