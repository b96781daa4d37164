// SPDX-License-Identifier: Apache-2.0
// DXA images in the window: mouse in, densities, grades and files out.
#include "render/study_on_disk.h"
#include "script.h"

#include "osteocalc/core/error.h"
#include "osteocalc/dxa/region_file.h"
#include "osteocalc/io/dxa_image.h"

#include <QTest>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::viewer {
namespace {

namespace fs = std::filesystem;

/// A folder as `osteocalc dxa -o` leaves it: a column of mineral of 1 g/cm2 from x = 40 to 80 mm and its four regions,
/// or the same seen from the side.
fs::path dxa_folder(const std::string& name, DxaExam exam) {
  const fs::path folder = fs::path(testing::TempDir()) / ("dxa_" + name + "_" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder / "out");
  Volume<float> image(VolumeGeometry{{120, 240, 1}}, 0.0F);
  for (int y = 0; y < 240; ++y)
    for (int x = 40; x < 80; ++x)
      image(x, y, 0) = 1;
  io::DxaFileOptions options;
  options.content = DxaContent::ArealDensity;
  options.exam = exam;
  io::write_dxa_image({&image}, folder / "image.dcm", options);
  std::vector<dxa::Region> regions;
  for (int i = 0; i < 4 && exam == DxaExam::Spine; ++i) {
    const double top = 10 + 35 * i, bottom = top + 30;
    regions.push_back({"L" + std::to_string(i + 1), {{40, top}, {80, top}, {80, bottom}, {40, bottom}}});
  }
  std::ofstream(folder / "out" / "roi.json") << dxa::regions_json(regions);
  std::ofstream(folder / "out" / "dxa.json") << "{}";
  std::ofstream(folder / "out" / "run.json") << R"({"study":[")" << (folder / "image.dcm").string() << R"("]})";
  return folder;
}

std::unique_ptr<MainWindow> opened(const fs::path& study) {
  auto window = std::make_unique<MainWindow>(WindowOptions{"ann", {}, {1300, 850}});
  window->show();
  QApplication::setActiveWindow(window.get());
  OpenRequest request;
  request.study = study;
  window->open(request);
  wait_until_ready(*window);
  return window;
}

double number(MainWindow& window, const std::string& name) {
  const auto numbers = review::numbers_of(window.dxa()->review().values());
  return numbers.contains(name) && numbers.at(name) ? *numbers.at(name) : -1;
}

void drag(MainWindow& window, const Vec2& from, const Vec2& to) {
  DxaCanvas& canvas = window.dxa_canvas();
  QTest::mousePress(&canvas, Qt::LeftButton, Qt::NoModifier, canvas.position_of(from));
  QMouseEvent move(QEvent::MouseMove, canvas.position_of(to), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&canvas, &move);
  QTest::mouseRelease(&canvas, Qt::LeftButton, Qt::NoModifier, canvas.position_of(to));
}

TEST(DxaViewer, ACornerIsDraggedAndTheDensityFollowsAndIsKept) {
  const fs::path study = dxa_folder("corner", DxaExam::Spine) / "out";
  {
    const auto window = opened(study);
    ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
    EXPECT_NEAR(number(*window, "L1.area_cm2"), 12, 0.3);
    const double before = number(*window, "L1.area_cm2");
    QTest::keyClick(window.get(), Qt::Key_V);
    EXPECT_EQ(window->dxa()->state.tool, DxaTool::Shape);
    drag(*window, {40, 10}, {60, 10}); // a triangle of 20 by 30 mm less
    EXPECT_NEAR(number(*window, "L1.area_cm2"), before - 3, 0.2) << window->dxa()->message;
    EXPECT_EQ(window->dxa()->review().edits().size(), 1U);
    QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
    EXPECT_NEAR(number(*window, "L1.area_cm2"), before, 1e-9);
    QTest::keyClick(window.get(), Qt::Key_Y, Qt::ControlModifier);
    EXPECT_NEAR(number(*window, "L1.area_cm2"), before - 3, 0.2);
  }
  EXPECT_TRUE(fs::exists(study / "review.json"));
  const auto again = opened(study);
  ASSERT_TRUE(again->dxa());
  EXPECT_NEAR(number(*again, "L1.area_cm2"), 9, 0.4);
}

TEST(DxaViewer, APolygonIsDrawnByClicks) {
  const auto window = opened(dxa_folder("polygon", DxaExam::Spine) / "out");
  ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
  window->choose_target("L4");
  window->choose_tool(DxaTool::Draw);
  for (const Vec2& corner : {Vec2{30, 160}, Vec2{90, 160}, Vec2{90, 200}, Vec2{30, 200}})
    QTest::mouseClick(&window->dxa_canvas(), Qt::LeftButton, Qt::NoModifier, window->dxa_canvas().position_of(corner));
  QTest::keyClick(window.get(), Qt::Key_Return);
  EXPECT_EQ(window->dxa()->review().edits().size(), 1U) << window->dxa()->message;
  EXPECT_GT(number(*window, "L4.bmc_g"), 15); // 40 by 40 mm of bone in it
}

TEST(DxaViewer, WallsAreMarkedGradedAndDrawnOnALateralImage) {
  const auto window = opened(dxa_folder("lateral", DxaExam::LateralSpine) / "out");
  ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
  for (int i = 0; i < 6; ++i) {
    const int top = 10 + 36 * i, bottom = top + 28;
    run_command(*window, fmt::format("mark {} 60 {} 70 {} 80 {} 60 {} 70 {} 80 {}",
                                     to_string(static_cast<Vertebra>(static_cast<int>(Vertebra::T12) + i)), top, top,
                                     top, bottom, bottom, bottom));
  }
  EXPECT_GE(number(*window, "aac24"), 0) << window->dxa()->message;
  run_command(*window, "grade L2 anterior 0");
  window->choose_tool(DxaTool::Grade);
  for (int clicks = 1; clicks <= 3; ++clicks) {
    QTest::mouseClick(&window->dxa_canvas(), Qt::LeftButton, Qt::NoModifier,
                      window->dxa_canvas().position_of({30, 96})); // in front of L2, away from the spine
    QTest::qWait(QApplication::doubleClickInterval() + 20);
    EXPECT_EQ(number(*window, "L2.anterior"), clicks) << window->dxa()->message;
  }
  run_command(*window, "grade L3 posterior 0");
  run_command(*window, "tool calcium");
  drag(*window, {52, 116}, {52, 145}); // most of 36 mm from 114 mm
  EXPECT_EQ(number(*window, "L3.posterior"), 3) << window->dxa()->message;
}

TEST(DxaViewer, AScanWithDxaBesideItShowsBothAndKeepsAReviewOfEach) {
  const fs::path study = test::study_on_disk("with_dxa");
  fs::create_directories(study / "dxa");
  fs::rename(dxa_folder("beside", DxaExam::Spine) / "out", study / "dxa" / "spine");
  const auto window = opened(study);
  ASSERT_TRUE(window->session()) << window->failure().toStdString();
  QTest::keyClick(window.get(), Qt::Key_I);
  wait_until_ready(*window);
  ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
  run_command(*window, "remove L4");
  EXPECT_EQ(window->dxa()->review().edits().size(), 1U) << window->dxa()->message;
  EXPECT_TRUE(fs::exists(study / "dxa" / "spine" / "review.json"));
  EXPECT_FALSE(fs::exists(study / "review.json"));
  QTest::keyClick(window.get(), Qt::Key_I);
  wait_until_ready(*window);
  EXPECT_TRUE(window->session() && window->session()->review());
  run_command(*window, "image spine");
  wait_until_ready(*window);
  ASSERT_TRUE(window->dxa());
  EXPECT_EQ(window->dxa()->review().edits().size(), 1U); // as it was left
  EXPECT_THROW(run_command(*window, "image femur_left"), Error);
}

TEST(DxaViewer, AFileAloneOpensAndEditsAreNotKept) {
  const fs::path folder = dxa_folder("alone", DxaExam::Spine);
  const auto window = opened(folder / "image.dcm");
  ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
  EXPECT_NE(window->dxa()->message.find("not kept"), std::string::npos);
  EXPECT_TRUE(window->dxa()->review_file().empty());
}

TEST(DxaViewer, TwoHundredRandomActionsLeaveItStanding) {
  const auto window = opened(dxa_folder("random", DxaExam::Spine) / "out");
  ASSERT_TRUE(window->dxa()) << window->failure().toStdString();
  std::mt19937 random(20261122);
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<std::uint32_t>(end)); };
  const auto point = [&] { return fmt::format("{} {}", below(140) - 10, below(260) - 10); };
  for (int action = 0; action < 200; ++action) {
    const std::string region = "L" + std::to_string(1 + below(5));
    const std::array commands{fmt::format("tool {}", to_string(static_cast<DxaTool>(below(dxa_tool_count)))),
                              "target " + region,
                              "click " + point(),
                              "click " + point(),
                              fmt::format("stroke {} {} {}", point(), point(), point()),
                              fmt::format("stroke {} {}", point(), point()),
                              std::string("close"),
                              std::string("undo"),
                              std::string("redo"),
                              fmt::format("outline {} {} {} {}", region, point(), point(), point()),
                              "exclude " + region + " fracture",
                              "use " + region,
                              "remove " + region,
                              fmt::format("zoom {}", 1 + below(4)),
                              fmt::format("grade {} anterior 2", region)};
    const std::string& command = commands[static_cast<std::size_t>(below(static_cast<int>(commands.size())))];
    SCOPED_TRACE(command);
    try {
      run_command(*window, command);
    } catch (const Error&) { // no such level
    }
    ASSERT_TRUE(window->dxa());
  }
  EXPECT_GT(window->dxa()->review().edits().size(), 5U);
  EXPECT_EQ(review::read_review(window->dxa()->review_file()).edits, window->dxa()->review().edits());
  while (window->dxa()->undo()) {
  }
  EXPECT_EQ(review::numbers_of(window->dxa()->review().values()),
            review::numbers_of(window->dxa()->review().machine()));
}

} // namespace
} // namespace osteocalc::viewer
