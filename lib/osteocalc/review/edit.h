// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/core/anatomy.h"
#include "osteocalc/review/dxa_actions.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace osteocalc::review {

using Voxel = std::array<int, 3>; ///< image index (x, y, z)

/// The lesion of a bed that holds this voxel goes to the bed of another label; label 0 rejects it.
struct AssignLesion {
  std::string bed;
  Voxel voxel{};
  LabelId to = 0;
  friend bool operator==(const AssignLesion&, const AssignLesion&) = default;
};

/// A reader has looked at the lesion and agrees.
struct AcceptLesion {
  std::string bed;
  Voxel voxel{};
  friend bool operator==(const AcceptLesion&, const AcceptLesion&) = default;
};

/// A lesion the machine missed: all voxels that the scoring rule counts and that hang together with the seed.
struct AddLesion {
  Voxel seed{};
  LabelId to = 0;
  friend bool operator==(const AddLesion&, const AddLesion&) = default;
};

/// Brush (`to` is a label) or eraser (0): everything within a radius of the centres gets the label.
struct Stroke {
  std::vector<Voxel> centers;
  double radius_mm = 3;
  bool through_slices = false; ///< a ball; else a disc in each centre's own slice
  LabelId to = 0;
  friend bool operator==(const Stroke&, const Stroke&) = default;
};

/// Every vertebra is renamed by so many levels towards the feet: renaming one level renames all.
struct ShiftLevels {
  int by = 0;
  friend bool operator==(const ShiftLevels&, const ShiftLevels&) = default;
};

struct PlaceVolume {
  Vertebra level = Vertebra::L1;
  bone::VoiPlacement placement; ///< against where the machine put it
  friend bool operator==(const PlaceVolume&, const PlaceVolume&) = default;
};

/// The level leaves the means; the reason is the edit's.
struct ExcludeLevel {
  Vertebra level = Vertebra::L1;
  friend bool operator==(const ExcludeLevel&, const ExcludeLevel&) = default;
};

/// The level enters the means, whoever had excluded it.
struct UseLevel {
  Vertebra level = Vertebra::L1;
  friend bool operator==(const UseLevel&, const UseLevel&) = default;
};

/// Those of a scan, then those of a DXA image.
using Action =
    std::variant<AssignLesion, AcceptLesion, AddLesion, Stroke, ShiftLevels, PlaceVolume, ExcludeLevel, UseLevel,
                 OutlineRegion, RemoveRegion, ExcludeSite, UseSite, MarkVertebra, GradeWall, DrawCalcium>;

/// One number of a study and what an edit made of it; absent: not measured. Names are "coronary.agatston", "L1.hu" ...
struct NumberChange {
  std::string number;
  std::optional<double> before, after;
  friend bool operator==(const NumberChange&, const NumberChange&) = default;
};

/// What differs between two sets of numbers, by name; a name that is missing was not measured.
using Numbers = std::map<std::string, std::optional<double>>;
[[nodiscard]] std::vector<NumberChange> changes_between(const Numbers& before, const Numbers& after);

/// Who did what when and why, and which numbers it changed.
struct Edit {
  Action action;
  std::string reader;
  std::string time; ///< ISO 8601, UTC
  std::string why;
  std::string before, after; ///< of the thing itself, in words: "coronary_lad", "rejected"
  std::vector<NumberChange> changes;
  friend bool operator==(const Edit&, const Edit&) = default;
};

[[nodiscard]] std::string_view kind_of(const Action& action) noexcept; ///< "assign-lesion", "stroke" ...

/// What a reader is told and the file's "before" and "after" say of an action's target: "coronary_lcx" or "rejected".
[[nodiscard]] std::string bed_in_words(LabelId to);

/// "L1 is named L2", from the shift.
[[nodiscard]] std::optional<Vertebra> shifted(Vertebra level, int by) noexcept;

} // namespace osteocalc::review
