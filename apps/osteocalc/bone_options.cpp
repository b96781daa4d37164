// SPDX-License-Identifier: Apache-2.0
#include "bone_options.h"

#include <CLI/CLI.hpp>

namespace osteocalc::app {

void add_bone_options(CLI::App& app, BoneArguments& arguments) {
  app.add_option("--voi", arguments.voi, "volume of interest")
      ->check(CLI::IsMember({"ellipse-slab", "eroded-body", "full-core"}));
  app.add_option("--contrast-correction", arguments.contrast_correction,
                 "FACTOR OFFSET of your own for a later contrast phase: HU without contrast = FACTOR HU + OFFSET")
      ->expected(2);
}

bone::BoneOptions bone_options_of(const BoneArguments& arguments) {
  bone::BoneOptions options;
  options.voi.definition = *bone::voi_definition_from_string(arguments.voi);
  if (!arguments.contrast_correction.empty())
    options.contrast_correction = {arguments.contrast_correction[0], arguments.contrast_correction[1]};
  return options;
}

} // namespace osteocalc::app
