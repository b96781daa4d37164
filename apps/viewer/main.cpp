// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/provenance.h"

#include <CLI/CLI.hpp>
#include <QApplication>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace osteocalc::viewer {
namespace {

struct Arguments {
  OpenRequest request;
  std::string reader, screenshot, layout, state_file, size = "1500x950", script;
  bool blind = false;
};

ViewState state_of(const Arguments& arguments) {
  ViewState state;
  if (!arguments.state_file.empty()) {
    std::ifstream stream(arguments.state_file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream)
      throw IoError("cannot read the state " + arguments.state_file);
    state = state_from(text.str());
  }
  if (!arguments.layout.empty())
    state.layout = layout_named(arguments.layout).name;
  return state;
}

QSize size_of(const std::string& text) {
  int width = 0, height = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2 || width < 200 || height < 150 ||
      width > 8000 || height > 8000)
    throw ConfigError("--size is WIDTHxHEIGHT in pixels, 200x150 to 8000x8000, not \"" + text + "\"");
  return {width, height};
}

/// Without a display pictures of the planes can still be made: Qt then draws in memory. A window needs a display.
void choose_platform(bool window_wanted) {
  if (std::getenv("QT_QPA_PLATFORM"))
    return;
  if (window_wanted) {
    if (const std::string reason = view::why_no_display(); !reason.empty()) // Wayland has one, too, for XWayland
      throw Error("no window: " + reason + ", or make pictures with --screenshot");
    return;
  }
  if (view::why_no_scene().empty())
    return;
  ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
}

int run(const Arguments& arguments, int argc, char** argv) {
  const bool batch_job = !arguments.screenshot.empty() || !arguments.script.empty();
  WindowOptions options{arguments.reader, state_of(arguments), size_of(arguments.size)};
  choose_platform(!batch_job);
  QApplication application(argc, argv);
  MainWindow window(std::move(options));
  window.show();
  if (is_batch_output(arguments.request.study))
    window.open_queue(arguments.request);
  else if (!arguments.request.study.empty())
    window.open(arguments.request);
  if (!batch_job)
    return QApplication::exec();
  wait_until_ready(window);
  if (!window.failure().isEmpty())
    throw Error(window.failure().toStdString());
  if (!arguments.script.empty())
    run_script(window, arguments.script);
  if (!arguments.screenshot.empty())
    save_screenshot(window, arguments.screenshot);
  return 0;
}

void declare(CLI::App& app, Arguments& arguments) {
  app.add_option("study", arguments.request.study,
                 "output of analyze or batch, a folder of DICOM, a DICOM file or a NIfTI");
  app.add_option("--labels", arguments.request.labels, "label map of a scan; default: labels.nii.gz beside it");
  app.add_option("--scan", arguments.request.scan, "where a study's images are now, if not where run.json says");
  app.add_option("--image", arguments.request.image,
                 "which image of a study's output: ct, spine, lateral_spine, femur_left ...; default: the CT, else the "
                 "first DXA");
  app.add_option("--series", arguments.request.series,
                 "end of the UID of the series to open, where there are several; default: the one analyze chooses");
  app.add_option("--reader", arguments.reader, "who edits; default: the login name");
  app.add_flag("--blind", arguments.blind, "read and write review.READER.json and see no other reader's edits");
  app.add_option("--adjudicate", arguments.request.adjudicate,
                 "two readers' files: begin review.json with the edits they share")
      ->expected(2);
  app.add_option("--layout", arguments.layout, "axial, sagittal, coronal, oblique, curved, 3d, four, spine or six");
  app.add_option("--state", arguments.state_file, "what to show, as JSON (docs/user/viewer.md)");
  app.add_option("--size", arguments.size, "of the window, WIDTHxHEIGHT in pixels");
  app.add_option("--screenshot", arguments.screenshot, "write the window as a picture and end");
  app.add_option("--script", arguments.script, "do what a file of commands says, then end");
  app.add_option("--threads", arguments.request.parallel.threads, "0 = all");
  app.set_version_flag("--version", std::string(version()));
}

} // namespace
} // namespace osteocalc::viewer

int main(int argc, char** argv) {
  using namespace osteocalc::viewer;
  CLI::App app{"Look at a study, correct it, and the numbers follow. Research use only: it gives no diagnosis."};
  Arguments arguments;
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (arguments.reader.empty()) {
      const char* login = std::getenv("USER");
      arguments.reader = login && *login ? login : "reader";
    }
    if (arguments.blind)
      arguments.request.blind_reader = arguments.reader;
    return run(arguments, argc, argv);
  } catch (const osteocalc::ConfigError& error) {
    std::fprintf(stderr, "osteocalc-viewer: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "osteocalc-viewer: %s\n", error.what());
    return 1;
  }
}
