// SPDX-License-Identifier: Apache-2.0
#include "render/study_on_disk.h"
#include "script.h"

#include "osteocalc/core/error.h"

#include <QTest>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::viewer {
namespace {

/// A command or a key as a restless reader would give it; points lie anywhere in the scan and beyond.
std::string random_command(std::mt19937& random, const Session& session) {
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<std::uint32_t>(end)); };
  const VolumeGeometry& geometry = session.image().hu.geometry();
  const auto point = [&] {
    const Vec3 at = index_to_point(geometry, {below(geometry.size[0] + 8) - 4.0, below(geometry.size[1] + 8) - 4.0,
                                              below(geometry.size[2] + 8) - 4.0});
    return fmt::format("{} {} {}", at[0], at[1], at[2]);
  };
  constexpr std::array panes{"axial", "sagittal", "coronal", "oblique", "curved", "3d"};
  constexpr std::array levels{"T5", "T12", "L1", "L2", "L3", "L5", "S1"};
  const char* pane = panes[static_cast<std::size_t>(below(6))];
  const char* level = levels[static_cast<std::size_t>(below(7))];
  switch (below(16)) {
  case 0:
    return "layout " + std::string(layouts()[static_cast<std::size_t>(below(static_cast<int>(layouts().size())))].name);
  case 1:
  case 2:
    return "tool " + std::string(to_string(static_cast<Tool>(below(8))));
  case 3:
    return "target " + label_name(target_labels()[static_cast<std::size_t>(below(9))]);
  case 4:
  case 5:
  case 6:
    return fmt::format("click {} {}", pane, point());
  case 7:
    return fmt::format("stroke axial {} {}", point(), point());
  case 8:
    return fmt::format("scroll {} {}", pane, below(21) - 10);
  case 9:
    return fmt::format("slab {} maximum", below(20));
  case 10:
    return fmt::format("rename {} L{}", level, 1 + below(5));
  case 11:
    return fmt::format("exclude {} fracture", level);
  case 12:
    return fmt::format("volume {} {} {} 0 0.{}", level, below(9) - 4, below(9) - 4, 5 + below(4));
  case 13:
    return fmt::format("drag-window {} {}", below(200) - 100, below(200) - 100);
  case 14:
    return fmt::format("camera {} {}", below(360), below(180) - 90);
  default:
    return below(3) == 0 ? "redo" : "undo";
  }
}

volatile int action_number = 0; // for a debugger, after a crash

TEST(RandomActions, FiveHundredLeaveTheWindowStandingAndTheNumbersTrue) {
  MainWindow window(WindowOptions{"ann", {}, {900, 650}});
  window.show();
  OpenRequest request;
  request.study = test::study_on_disk("random");
  window.open(request);
  wait_until_ready(window);
  ASSERT_TRUE(window.session() && window.session()->review()) << window.failure().toStdString();
  std::mt19937 random(20261122);
  for (int action = 0; action < 500; ++action) {
    const std::string command = random_command(random, *window.session());
    SCOPED_TRACE(command);
    action_number = action;
    try {
      run_command(window, command);
    } catch (const Error&) { // a point that is not to be seen in its pane
    }
    ASSERT_TRUE(window.session() && window.session()->review());
  }
  const review::Review& review = *window.session()->review();
  EXPECT_GT(review.edits().size(), 20U);
  EXPECT_EQ(review::numbers_of(review.values()), review::numbers_of(review.measured_afresh()));
  EXPECT_EQ(review::read_review(request.study / "review.json").edits, review.edits());
}

} // namespace
} // namespace osteocalc::viewer
