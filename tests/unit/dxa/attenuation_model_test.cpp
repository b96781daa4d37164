// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/attenuation_model.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

const MassAttenuation bone{0.988, 0.313}, lean{0.269, 0.191}, fat{0.239, 0.188};

RayAttenuation ray(double l, double f, double b) {
  return {lean.low_cm2_g * l + fat.low_cm2_g * f + bone.low_cm2_g * b,
          lean.high_cm2_g * l + fat.high_cm2_g * f + bone.high_cm2_g * b};
}

TEST(AttenuationModel, RValueOfBoneAloneIsTheClosedForm) {
  const auto model = AttenuationModel::from_coefficients(bone);
  const RayAttenuation soft = ray(14, 6, 0), with_bone = ray(14, 6, 0.9);
  EXPECT_NEAR(model.bone_g_cm2(with_bone, model.soft_tissue(soft)), 0.9, 1e-9);
}

TEST(AttenuationModel, KnownTissuesGiveTheFatShare) {
  const auto model = AttenuationModel::from_coefficients(bone, lean, fat);
  EXPECT_NEAR(model.soft_tissue(ray(15, 5, 0)), 0.25, 1e-9);
  EXPECT_NEAR(model.bone_g_cm2(ray(15, 5, 1.2), 0.25), 1.2, 1e-9);
}

TEST(AttenuationModel, ThreeReferencesAreAStraightLine) {
  const auto model = AttenuationModel::from_steps(
      {{{20, 0, 0}, ray(20, 0, 0)}, {{0, 20, 0}, ray(0, 20, 0)}, {{20, 0, 1}, ray(20, 0, 1)}});
  EXPECT_NEAR(model.bone_g_cm2(ray(10, 10, 0.7), 0.5), 0.7, 1e-9);
}

TEST(AttenuationModel, StepsThatDoNotTellTheMaterialsApart) {
  EXPECT_THROW(
      static_cast<void>(AttenuationModel::from_steps({{{20, 0, 0}, ray(20, 0, 0)}, {{10, 0, 0}, ray(10, 0, 0)}})),
      CalibrationError);
  EXPECT_THROW(static_cast<void>(AttenuationModel::from_steps({{{-1, 0, 0}, {1, 1}}})), CalibrationError);
}

} // namespace
} // namespace osteocalc::dxa
