// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/dxa_image.h"

namespace osteocalc {

std::string_view to_string(DxaExam exam) noexcept {
  switch (exam) {
  case DxaExam::Spine:
    return "spine";
  case DxaExam::LateralSpine:
    return "lateral_spine";
  case DxaExam::FemurLeft:
    return "femur_left";
  case DxaExam::FemurRight:
    return "femur_right";
  case DxaExam::KneeLeft:
    return "knee_left";
  case DxaExam::KneeRight:
    return "knee_right";
  case DxaExam::WholeBody:
    return "whole_body";
  }
  return "";
}

} // namespace osteocalc
