// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/label_folder.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/structure_names.h"
#include "osteocalc/image/label_alignment.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace osteocalc::io {
namespace {

struct MaskFile {
  std::filesystem::path file;
  std::string name;
  Structure structure;
};

/// aorta of aorta.nii.gz
std::string structure_name(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, name.find('.'));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Whoever is drawn later wins: the heart, bones (vertebrae from S1 up), iliac arteries, the aorta, then parts; the
/// mask of all bodies last, when the whole vertebrae are known.
std::tuple<int, LabelId> drawing_order(const MaskFile& mask) {
  const LabelId id = mask.structure.id;
  if (mask.structure.use == StructureUse::VertebralBodies)
    return {5, id};
  if (id == label::heart)
    return {0, id};
  if (id >= label::coronary_territory)
    return {4, id};
  if (id == label::aorta)
    return {3, id};
  return {id == label::iliac_artery_left || id == label::iliac_artery_right ? 2 : 1, id};
}

std::vector<MaskFile> masks_in(const std::filesystem::path& folder, Issues& issues) {
  std::vector<MaskFile> masks;
  std::vector<std::string> unknown;
  for (const std::filesystem::path& file : files_below(folder)) {
    if (!is_nifti_name(file) || file.parent_path() != folder)
      continue;
    const std::string name = structure_name(file);
    const std::optional<Structure> structure = structure_named(name);
    if (!structure)
      unknown.push_back(name);
    else if (structure->use != StructureUse::None)
      masks.push_back({file, name, *structure});
  }
  if (masks.empty())
    throw Refusal(refused("LABEL-FOLDER", "labels",
                          "no file in the folder of labels is named like a structure that is measured (nothing can be "
                          "measured) name the files as TotalSegmentator does: aorta.nii.gz, vertebrae_L1.nii.gz"));
  if (!unknown.empty())
    issues.push_back(
        info("LABEL-UNKNOWN", "labels", "no structure is known by these names; ignored: " + joined(unknown)));
  std::ranges::stable_sort(masks, {}, drawing_order);
  return masks;
}

class FolderDrawing {
 public:
  FolderDrawing(const VolumeGeometry& image, Parallel parallel, Issues& issues)
      : parallel_(parallel), issues_(issues), set_{{Volume<LabelId>(image, 0), {}}, {Volume<LabelId>(image, 0), {}}} {}

  void draw(const MaskFile& mask) {
    Volume<LabelId> inside = read_labels(mask.file).voxels;
    if (std::ranges::none_of(inside.voxels(), [](LabelId value) { return value != 0; })) {
      empty_.push_back(mask.name);
      return;
    }
    some_labelled_ = true;
    bring_to_image(inside);
    if (mask.structure.use == StructureUse::VertebralBodies)
      draw_bodies(inside);
    else
      draw_label(inside, mask.structure.id);
  }

  LabelSet finish() {
    if (!some_labelled_)
      throw Refusal(refused("LABEL-EMPTY", "labels",
                            "every file in the folder of labels is empty (nothing can be measured with them) check how "
                            "they were made"));
    if (labels_present(set_.wholes).empty())
      throw Refusal(refused("LABEL-APART", "labels",
                            "none of the structures in the folder of labels lies within the image (they may belong to "
                            "another scan, or their orientation is swapped) check their headers"));
    if (!empty_.empty())
      issues_.push_back(
          info("LABEL-EMPTY-CLASS", "labels", "files without a voxel of their structure: " + joined(empty_)));
    if (overlap_ > 0)
      issues_.push_back(info("LABEL-OVERLAP", "labels",
                             std::to_string(overlap_) +
                                 " voxels are claimed by two structures; parts win over the aorta, it over iliac "
                                 "arteries, these over bones, upper vertebrae over lower ones, all over the heart"));
    for (LabelMap* map : {&set_.wholes, &set_.parts})
      for (const LabelId id : labels_present(*map))
        map->names[id] = is_measured(id) ? label_name(id) : std::string(class_name(LabelScheme::V2, id));
    return std::move(set_);
  }

 private:
  void bring_to_image(Volume<LabelId>& inside) {
    const VolumeGeometry& image = set_.wholes.voxels.geometry();
    if (same_grid(inside.geometry(), image))
      return;
    if (!has_rule(issues_, "LABEL-RESAMPLED"))
      issues_.push_back(info("LABEL-RESAMPLED", "labels", "the labels have another grid; the nearest label was taken"));
    if (!has_rule(issues_, "LABEL-COVERAGE"))
      note_coverage(inside.geometry(), image, issues_);
    inside = resample_labels(inside, image, parallel_);
  }

  /// A part claims its whole too, so that parts lie within wholes; that is no overlap.
  void draw_label(const Volume<LabelId>& inside, LabelId id) {
    const bool is_part = id >= label::coronary_territory;
    const LabelId whole_id = is_part ? whole_of(id) : id;
    for (std::size_t i = 0; i < inside.voxels().size(); ++i) {
      if (inside.voxels()[i] == 0)
        continue;
      LabelId& whole = set_.wholes.voxels.voxels()[i];
      LabelId& part = set_.parts.voxels.voxels()[i];
      overlap_ += (is_part && part != 0 && part != id) || (whole != 0 && whole != whole_id) ? 1 : 0;
      whole = whole_id;
      if (is_part)
        part = id;
    }
  }

  void draw_bodies(const Volume<LabelId>& inside) {
    for (std::size_t i = 0; i < inside.voxels().size(); ++i) {
      const auto level = vertebra_from_whole_label(set_.wholes.voxels.voxels()[i]);
      if (inside.voxels()[i] != 0 && level)
        set_.parts.voxels.voxels()[i] = vertebral_body_label(*level);
    }
  }

  Parallel parallel_;
  Issues& issues_;
  LabelSet set_;
  std::vector<std::string> empty_;
  std::size_t overlap_ = 0;
  bool some_labelled_ = false;
};

} // namespace

LabelSet read_label_folder(const std::filesystem::path& folder, const VolumeGeometry& image, Parallel parallel,
                           Issues& issues) {
  FolderDrawing drawing(image, parallel, issues);
  for (const MaskFile& mask : masks_in(folder, issues))
    drawing.draw(mask);
  return drawing.finish();
}

} // namespace osteocalc::io
