// SPDX-License-Identifier: Apache-2.0
// The window as a reader uses it: mouse and keys in, numbers, files and pixels out.
#include "render/study_on_disk.h"
#include "script.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/file_tree.h"
#include "osteocalc/io/series_inventory.h"
#include "support/dicom_scan.h"

#include <QTableWidget>
#include <QTest>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::viewer {
namespace {

std::unique_ptr<MainWindow> opened(const std::filesystem::path& study) {
  auto window = std::make_unique<MainWindow>(WindowOptions{"ann", {}, {1300, 850}});
  window->show();
  QApplication::setActiveWindow(window.get()); // without a window manager nobody else does, and keys go nowhere
  OpenRequest request;
  request.study = study;
  window->open(request);
  wait_until_ready(*window);
  return window;
}

double number(MainWindow& window, const std::string& name) {
  const auto numbers = review::numbers_of(window.session()->review()->values());
  return numbers.contains(name) && numbers.at(name) ? *numbers.at(name) : -1;
}

/// A lesion of a bed that holds calcium, and where to click on it.
review::Review::Picked some_lesion(MainWindow& window) {
  for (const study::BedScore& bed : window.session()->review()->values().beds)
    if (bed.bed.starts_with("aorta_") && !bed.bed.starts_with("aorta_level") && !bed.bed.ends_with("cm") &&
        !bed.lesions.empty())
      return {bed.bed, *std::ranges::max_element(bed.lesions, {}, [](const auto& l) { return l.agatston; })};
  throw Error("the synthetic person has no calcium in the aorta");
}

Vec3 inside(const MainWindow& window, const calcium::Lesion& lesion) {
  const calcium::LesionRun& part = lesion.runs[lesion.runs.size() / 2];
  return index_to_point(window.session()->image().hu.geometry(),
                        {double(part.run.x_begin), double(part.run.y), double(part.z)});
}

void click(MainWindow& window, Pane pane, const Vec3& point_mm) {
  window.session()->look_at(point_mm);
  const auto at = window.canvas().position_of(pane, point_mm);
  ASSERT_TRUE(at);
  QTest::mouseClick(&window.canvas(), Qt::LeftButton, Qt::NoModifier, *at);
}

TEST(Viewer, OfSeveralSeriesTheOneThatIsNamedIsOpened) {
  const test::TemporaryFolder folder;
  for (const int slices : {20, 30}) {
    Volume<std::int16_t> hu(VolumeGeometry{{32, 32, slices}, {8, 8, 2.5}}, 40);
    io::CtSeriesOptions options;
    options.uid_seed = "series " + std::to_string(slices);
    options.series_description = std::to_string(slices) + " slices";
    io::write_dicom_ct(hu, folder.path() / std::to_string(slices), options);
  }
  const io::FileTree tree = io::find_files(std::vector{folder.path()}, {});
  for (const io::Series& series : io::take_inventory(tree, {}).series) {
    MainWindow window(WindowOptions{"ann", {}, {900, 650}});
    OpenRequest request;
    request.study = folder.path();
    request.series = series.label;
    window.open(request);
    wait_until_ready(window);
    ASSERT_TRUE(window.session()) << window.failure().toStdString();
    EXPECT_EQ(window.session()->image().hu.size(2), static_cast<int>(series.slices.size()));
  }
  MainWindow window(WindowOptions{"ann", {}, {900, 650}});
  OpenRequest request;
  request.study = folder.path();
  request.series = "9.9.9";
  window.open(request);
  wait_until_ready(window);
  EXPECT_FALSE(window.session());
  EXPECT_TRUE(window.failure().contains("0 of 2 CT scans match 9.9.9")) << window.failure().toStdString();
}

// The scan was written as NIfTI in between, whose spacings are single precision.
TEST(Viewer, ShowsTheMachinesNumbers) {
  const auto window = opened(test::study_on_disk("numbers"));
  ASSERT_TRUE(window->session()) << window->failure().toStdString();
  ASSERT_TRUE(window->session()->review());
  const auto record =
      nlohmann::json::parse(std::ifstream(window->session()->opened().review_file.parent_path() / "result.json"));
  for (const auto& bed : record["calcium"]["beds"])
    EXPECT_NEAR(number(*window, bed["bed"].get<std::string>() + ".agatston"), bed["agatston"].get<double>(), 1e-3)
        << bed["bed"];
  for (const auto& vertebra : record["bone"]["vertebrae"])
    if (!vertebra["trabecular_hu"].is_null()) {
      EXPECT_NEAR(number(*window, vertebra["level"].get<std::string>() + ".hu"),
                  vertebra["trabecular_hu"]["mean"].get<double>(), 1e-6);
    }
}

TEST(Viewer, AReaderReassignsRenamesUndoesSavesAndReopens) {
  const auto study = test::study_on_disk("session");
  double after = 0, level = 0;
  {
    const auto window = opened(study);
    ASSERT_TRUE(window->session() && window->session()->review());
    QTest::keyClick(window.get(), Qt::Key_F1); // axial alone
    EXPECT_EQ(window->session()->state.layout, "axial");
    const auto lesion = some_lesion(*window);
    const double before = number(*window, lesion.bed + ".agatston");
    QTest::keyClick(window.get(), Qt::Key_M);
    EXPECT_EQ(window->session()->state.tool, Tool::MoveLesion);
    window->choose_target(label::coronary_rca);
    const double rca = number(*window, "coronary_rca.agatston");
    click(*window, Pane::Axial, inside(*window, lesion.lesion));
    ASSERT_EQ(window->session()->review()->edits().size(), 1U) << window->session()->message;
    after = number(*window, lesion.bed + ".agatston");
    EXPECT_NEAR(before - after, lesion.lesion.agatston, 1e-6);
    EXPECT_GT(number(*window, "coronary_rca.agatston"), std::max(0.0, rca));

    const double l2 = number(*window, "L2.hu");
    QTest::keyClick(window.get(), Qt::Key_Down, Qt::ControlModifier);
    EXPECT_EQ(number(*window, "L3.hu"), l2);
    QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(number(*window, "L2.hu"), l2);
    QTest::keyClick(window.get(), Qt::Key_Y, Qt::ControlModifier);
    level = number(*window, "L3.hu");
    EXPECT_EQ(level, l2);
    ASSERT_TRUE(std::filesystem::exists(study / "review.json"));
    const auto* beds = window->findChildren<QTableWidget*>().front();
    EXPECT_GT(beds->rowCount(), 3);
    after = number(*window, "coronary_rca.agatston");
  }
  const auto again = opened(study);
  ASSERT_TRUE(again->session() && again->session()->review()) << again->failure().toStdString();
  EXPECT_EQ(again->session()->review()->edits().size(), 2U);
  EXPECT_EQ(again->session()->review()->edits().front().reader, "ann");
  EXPECT_EQ(number(*again, "coronary_rca.agatston"), after);
  EXPECT_EQ(number(*again, "L3.hu"), level);
}

TEST(Viewer, WheelDragAndPresetsChangeThePicture) {
  const auto window = opened(test::study_on_disk("mouse"));
  ASSERT_TRUE(window->session());
  window->choose_layout("axial");
  const auto picture = [&] {
    QApplication::processEvents();
    return window->canvas().grab().toImage();
  };
  const QImage first = picture();
  const double z = window->session()->cursor_mm()[2];
  run_command(*window, "scroll axial 3");
  EXPECT_NEAR(window->session()->cursor_mm()[2] - z, 9, 0.01); // three slices of 3 mm towards the head
  const QImage scrolled = picture();
  EXPECT_NE(first, scrolled);
  QTest::keyClick(window.get(), Qt::Key_4); // lung
  EXPECT_EQ(window->session()->state.window.center_hu, -600);
  EXPECT_NE(picture(), scrolled);
  run_command(*window, "drag-window 10 5");
  EXPECT_EQ(window->session()->state.window.width_hu, 1540);
  QTest::keyClick(window.get(), Qt::Key_L);
  EXPECT_EQ(window->session()->state.overlay_opacity, 0);
}

TEST(Viewer, TheBrushPaintsAlongItsWay) {
  const auto window = opened(test::study_on_disk("brush"));
  ASSERT_TRUE(window->session() && window->session()->review());
  window->choose_layout("axial");
  const auto lesion = some_lesion(*window);
  const Vec3 at = inside(*window, lesion.lesion);
  window->session()->look_at(at);
  window->session()->state.brush_mm = 40;
  QTest::keyClick(window.get(), Qt::Key_D);
  const double before = number(*window, lesion.bed + ".agatston");
  const QPoint from = *window->canvas().position_of(Pane::Axial, at);
  QTest::mousePress(&window->canvas(), Qt::LeftButton, Qt::NoModifier, from);
  QTest::mouseMove(&window->canvas(), from + QPoint(10, 0));
  QTest::mouseRelease(&window->canvas(), Qt::LeftButton, Qt::NoModifier, from + QPoint(10, 0));
  ASSERT_EQ(window->session()->review()->edits().size(), 1U) << window->session()->message;
  EXPECT_LT(number(*window, lesion.bed + ".agatston"), before);
}

TEST(Viewer, AScriptDoesWhatTheMouseDoes) {
  const auto study = test::study_on_disk("script");
  const auto window = opened(study);
  ASSERT_TRUE(window->session() && window->session()->review());
  const Vec3 at = inside(*window, some_lesion(*window).lesion);
  const double l1 = number(*window, "L1.hu");
  const auto script = study / "script.txt", picture = study / "shot.png";
  std::ofstream(script) << "# a comment\nlayout four\ntool reject-lesion\nclick axial " << at[0] << ' ' << at[1] << ' '
                        << at[2] << "\nrename L1 L2\nexpect L2.hu " << l1
                        << "\nexclude L2 a fracture\nundo\nscreenshot " << picture.string() << "\n";
  run_script(*window, script);
  EXPECT_EQ(window->session()->review()->edits().size(), 2U);
  EXPECT_GT(QImage(QString::fromStdString(picture.string())).width(), 1000);
  std::ofstream(script) << "layout four\nexpect L2.hu 1\n";
  try {
    run_script(*window, script);
    FAIL() << "the expectation was false";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
  }
}

TEST(Viewer, ABrokenOrMissingFileIsAMessage) {
  const auto study = test::study_on_disk("broken");
  EXPECT_NE(opened(study / "nothing")->failure(), "");
  std::ofstream(study / "review.json") << "{\"schema\":";
  EXPECT_TRUE(opened(study)->failure().contains("review.json"));
  std::filesystem::remove(study / "review.json");
  std::ofstream(study / "labels.nii.gz") << "no labels";
  EXPECT_NE(opened(study)->failure(), "");
  std::ofstream(study / "result.json") << "{}";
  EXPECT_TRUE(opened(study)->failure().contains("result.json"));
  std::ofstream(study / "scan.nii") << "no image";
  EXPECT_NE(opened(study / "scan.nii")->failure(), "");
  std::filesystem::create_directory(study / "empty");
  EXPECT_NE(opened(study / "empty")->failure(), "");
}

TEST(Viewer, GoesThroughAQueue) {
  const auto batch = test::study_on_disk("queue");
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directories(batch / "studies" / name);
    for (const char* file : {"result.json", "run.json", "labels.nii.gz", "labels_parts.nii.gz"})
      std::filesystem::copy_file(batch / file, batch / "studies" / name / file);
  }
  MainWindow window(WindowOptions{"ann", {}, {1300, 850}});
  window.show();
  QApplication::setActiveWindow(&window);
  OpenRequest request;
  request.study = batch;
  window.open_queue(request);
  wait_until_ready(window);
  EXPECT_EQ(window.session()->title(), "a");
  QTest::keyClick(&window, Qt::Key_N);
  wait_until_ready(window);
  ASSERT_TRUE(window.session()) << window.failure().toStdString();
  EXPECT_EQ(window.session()->title(), "b");
  EXPECT_FALSE(window.step_queue(1));
}

} // namespace
} // namespace osteocalc::viewer
