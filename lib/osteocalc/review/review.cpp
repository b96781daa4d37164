// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/review.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/image/upright.h"
#include "osteocalc/study/beds.h"
#include "osteocalc/study/blood_pool.h"
#include "osteocalc/study/calcium_measures.h"
#include "osteocalc/study/paradox.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::review {
namespace {

calcium::ScoreOptions score_options(const CtImage& image, const study::StudyInfo& info,
                                    const study::AnalyzeOptions& options) {
  calcium::ScoreOptions score; // the reference variant only
  score.kvp_policy = options.calcium.kvp;
  score.kvp_policy.reads_like_120_kv = calcium::reads_like_120_kv(image.acquisition);
  if (info.kvp_kv)
    score.kvp = KiloVolt{*info.kvp_kv};
  Issues said_by_the_machine;
  score.density = study::density_line(options.calibration, said_by_the_machine);
  score.parallel = options.parallel;
  return score;
}

int lowest_hu(const calcium::ScoreOptions& options) {
  Issues said_by_the_machine;
  return calcium::weight_bounds(options.kvp_policy, options.kvp, said_by_the_machine)
      .value_or(calcium::standard_bounds)[0];
}

/// Beds that cut across others or hold several: a click means the finer piece of artery.
bool is_piece(const std::string& bed) {
  return !bed.starts_with("aorta_level_") && !bed.ends_with("cm");
}

std::optional<Vertebra> level_of_bed(const std::string& bed) {
  constexpr std::string_view prefix = "aorta_level_";
  return bed.starts_with(prefix) ? vertebra_from_string(std::string_view(bed).substr(prefix.size())) : std::nullopt;
}

bone::VoiPlacement placement_in(const Marks& marks, Vertebra machine_level) {
  const auto found = marks.placements.find(machine_level);
  return found == marks.placements.end() ? bone::VoiPlacement{} : found->second;
}

bone::BodyFinding copy_of(const bone::BodyFinding& finding) {
  bone::BodyFinding copy{finding.level, {}, finding.missing};
  if (finding.body) {
    const bone::VertebralBody& body = *finding.body;
    copy.body = bone::VertebralBody{body.level,   body.mask.clone(), body.center_mm,           body.mid_height_index,
                                    body.heights, body.tilt_deg,     body.cut_by_field_of_view};
  }
  return copy;
}

bool meet(const LabelBox& box, const VoxelSpan& span) {
  return span.z >= box.low[2] && span.z <= box.high[2] && span.y >= box.low[1] && span.y <= box.high[1] &&
         span.x_end > box.low[0] && span.x_begin <= box.high[0];
}

/// The same voxels on the same grid: whatever is measured from them is the same too.
bool same_body(const bone::BodyFinding& a, const bone::BodyFinding& b) {
  return a.body && b.body && a.body->mask.geometry() == b.body->mask.geometry() && a.body->heights == b.body->heights &&
         a.body->cut_by_field_of_view == b.body->cut_by_field_of_view &&
         std::ranges::equal(a.body->mask.voxels(), b.body->mask.voxels());
}

} // namespace

Review::Review(Subject subject)
    : image_(std::move(subject.image)), labels_(std::move(subject.labels)), options_(std::move(subject.options)),
      regions_(study::all_bed_regions()) {
  const CtImage& image = *image_;
  values_.study = std::move(subject.info);
  const study::BloodPool blood = study::measure_blood_pool(image.hu, labels_.voxels, options_.parallel);
  if (values_.study.contrast == study::Contrast::Unknown && blood.median_hu)
    values_.study.contrast =
        *blood.median_hu > options_.calcium.contrast_above_hu ? study::Contrast::Present : study::Contrast::None;
  options_.bone.contrast = study::contrast_phase(blood);
  options_.bone.kvp_kv = values_.study.kvp_kv;
  options_.bone.age_years = values_.study.age_years;
  options_.bone.parallel = options_.parallel;

  found_ = bone::find_vertebral_bodies(labels_.voxels, options_.parallel);
  if (is_sheared(image.hu.geometry())) {
    bed_bodies_ = std::move(found_);
    upright_ = upright(image.hu, options_.parallel);
    found_ = bone::find_vertebral_bodies(resample_labels(labels_.voxels, upright_->geometry(), options_.parallel),
                                         options_.parallel);
  }
  const std::vector<bone::BodyFinding>& bodies = upright_ ? bed_bodies_ : found_;
  scored_.emplace(image_, options_.calcium.combine_slices_mm, options_.parallel);
  const bool enhanced = values_.study.contrast == study::Contrast::Present;
  if (!enhanced)
    study::remove_osteophytes(image.hu, labels_.voxels, calcium::standard_bounds[0], options_.parallel, values_.issues);
  rule_.emplace(labels_.voxels, bodies);
  study::BedMap map = study::make_beds(labels_.voxels, bodies, *rule_, options_.parallel);
  bed_labels_ = std::move(map.labels);
  study::doubt_heart(subject.said, map);
  arteries_ = {bed_labels_.geometry().size, {-1, -1, -1}, 0};
  for (const study::Bed& bed : map.beds) {
    in_view_[bed.region.name] = bed.incomplete;
    if (!bed.box.empty())
      for (std::size_t axis = 0; axis < 3; ++axis) {
        arteries_.low[axis] = std::min(arteries_.low[axis], bed.box.low[axis]);
        arteries_.high[axis] = std::max(arteries_.high[axis], bed.box.high[axis]);
      }
  }
  const calcium::ScoreOptions scoring = score_options(image, values_.study, options_);
  min_hu_ = lowest_hu(scoring);
  lower_bound_ =
      has_rule(subject.said, "CAL-LOWER-BOUND") || values_.study.increment_mm > options_.calcium.gated_increment_mm;
  if (!enhanced)
    scorer_.emplace(scored_->hu(), scored_->labels(bed_labels_), regions_, scoring);
  else
    values_.issues.push_back(refused("CAL-CONTRAST", "calcium",
                                     "the blood is enhanced (130 HU no longer separates calcium from it) an Agatston "
                                     "score needs a scan without contrast"));
  levels_ = parallel_map(found_.size(), options_.parallel, [&](std::size_t i) {
    Level level{copy_of(found_[i]), {}};
    level.density = measured(level.finding);
    return level;
  });
  collect_beds();
  collect_bone();
  machine_ = values_;
}

const Edit& Review::apply(const Action& action, const Author& author) {
  Edit record{action, author.reader, author.time, author.why, {}, {}, {}};
  const auto numbers_before = numbers_of(values_);
  Before before = perform(action, author, record);
  measure_changed_levels(before);
  follow(before);
  record.changes = changes_between(numbers_before, numbers_of(values_));
  before_.push_back(std::move(before));
  edits_.push_back(std::move(record));
  undone_.clear();
  return edits_.back();
}

bool Review::undo() {
  if (edits_.empty())
    return false;
  Before state = std::move(before_.back());
  before_.pop_back();
  std::vector<LabelledSpan> replaced; // what the edit had painted, where it ends up changed
  for (const LabelledSpan& part : state.voxels)
    for (int x = part.span.x_begin; x < part.span.x_end; ++x)
      replaced.push_back({{part.span.z, part.span.y, x, x + 1}, labels_.voxels(x, part.span.y, part.span.z)});
  restore(labels_.voxels, state.voxels);
  std::swap(marks_, state.marks);
  for (auto& [i, level] : state.levels)
    levels_[i] = std::move(level);
  follow({std::move(replaced), std::move(state.marks), std::move(state.levels)});
  undone_.push_back(std::move(edits_.back()));
  edits_.pop_back();
  return true;
}

bool Review::redo() {
  if (undone_.empty())
    return false;
  std::vector<Edit> rest = std::move(undone_);
  const Edit edit = std::move(rest.back());
  rest.pop_back();
  apply(edit.action, {edit.reader, edit.time, edit.why});
  undone_ = std::move(rest);
  return true;
}

void Review::replay(std::span<const Edit> edits) {
  for (const Edit& edit : edits)
    apply(edit.action, {edit.reader, edit.time, edit.why});
}

Review::Before Review::assign(const AssignLesion& action, Edit& record) {
  for (const study::BedScore& bed : values_.beds)
    if (bed.bed == action.bed)
      for (const study::BedLesion& lesion : bed.lesions)
        if (holds(lesion, action.voxel)) {
          record.before = action.bed;
          record.after = bed_in_words(action.to);
          return {relabel(labels_.voxels, spans_of(lesion), action.to), marks_, {}};
        }
  throw Error(fmt::format("no lesion of {} at voxel {}, {}, {} (an earlier edit may have taken it) pick it again",
                          action.bed, action.voxel[0], action.voxel[1], action.voxel[2]));
}

Vertebra Review::machine_level(Vertebra shown) const {
  const std::optional<Vertebra> level = shifted(shown, -marks_.level_shift);
  if (!level || std::ranges::find(found_, *level, &bone::BodyFinding::level) == found_.end())
    throw Error(fmt::format("no vertebra is named {} here", to_string(shown)));
  return *level;
}

void Review::mark_level(Vertebra level, const Action& action, const Author& author, Edit& record) {
  const Vertebra machine = machine_level(level);
  const auto state = [&] {
    const auto found = marks_.excluded.find(machine);
    return found != marks_.excluded.end()  ? "excluded: " + found->second
           : marks_.used.contains(machine) ? std::string("used")
                                           : std::string("by rule");
  };
  const auto placement = [&] {
    const bone::VoiPlacement& at = marks_.placements[machine];
    return fmt::format("moved {:g}, {:g}, {:g} mm, size {:g}", at.shift_mm[0], at.shift_mm[1], at.shift_mm[2],
                       at.scale);
  };
  const bool placed = std::holds_alternative<PlaceVolume>(action);
  record.before = placed ? placement() : state();
  if (placed) {
    const bone::VoiPlacement& asked = std::get<PlaceVolume>(action).placement;
    if (!(asked.scale >= 0.2 && asked.scale <= 3) ||
        std::ranges::any_of(asked.shift_mm, [](double mm) { return !(std::abs(mm) <= 60); }))
      throw Error("a volume of interest stays within 60 mm of its vertebra and 0.2 to 3 times its size");
    marks_.placements[machine] = asked;
  } else if (std::holds_alternative<ExcludeLevel>(action)) {
    if (author.why.empty())
      throw Error("a level is excluded for a reason; say which");
    marks_.used.erase(machine);
    marks_.excluded[machine] = author.why;
  } else {
    marks_.excluded.erase(machine);
    marks_.used.insert(machine);
  }
  record.after = placed ? placement() : state();
}

Review::Before Review::perform(const Action& action, const Author& author, Edit& record) {
  Before before{{}, marks_, {}};
  if (const auto* lesion = std::get_if<AssignLesion>(&action))
    return assign(*lesion, record);
  if (const auto* accepted = std::get_if<AcceptLesion>(&action)) {
    record.before = record.after = accepted->bed;
    marks_.accepted.insert(accepted->voxel);
  } else if (const auto* added = std::get_if<AddLesion>(&action)) {
    record.before = "none";
    record.after = bed_in_words(added->to);
    before.voxels = relabel(labels_.voxels, grown_from(added->seed, image_->hu, labels_.voxels, min_hu_), added->to);
  } else if (const auto* stroke = std::get_if<Stroke>(&action)) {
    before.voxels = relabel(labels_.voxels, spans_of(*stroke, labels_.voxels.geometry()), stroke->to);
    record.after = stroke->to == 0 ? "no label" : name_of(labels_, stroke->to);
  } else if (const auto* shift = std::get_if<ShiftLevels>(&action)) {
    if (std::abs(marks_.level_shift + shift->by) > 8)
      throw Error("levels can be renamed by 8 at most; the labels themselves must be wrong");
    record.before = fmt::format("shift {:+d}", marks_.level_shift);
    marks_.level_shift += shift->by;
    record.after = fmt::format("shift {:+d}", marks_.level_shift);
  } else if (const auto* volume = std::get_if<PlaceVolume>(&action)) {
    mark_level(volume->level, action, author, record);
  } else if (const auto* excluded = std::get_if<ExcludeLevel>(&action)) {
    mark_level(excluded->level, action, author, record);
  } else if (const auto* used = std::get_if<UseLevel>(&action)) {
    mark_level(used->level, action, author, record);
  } else {
    throw Error(fmt::format("{} is an edit of a DXA image, and this is a scan", kind_of(action)));
  }
  return before;
}

void Review::follow(const Before& before) {
  if (before.marks.level_shift != marks_.level_shift)
    follow_levels(before.marks.level_shift);
  if (!before.voxels.empty())
    follow_voxels(before.voxels);
  collect_beds();
  if (!before.levels.empty() || before.marks.level_shift != marks_.level_shift ||
      before.marks.excluded != marks_.excluded || before.marks.used != marks_.used)
    collect_bone();
  else
    values_.paradox = study::classify_paradox(values_, options_.paradox);
}

/// Levels that gained or lost voxels where their bodies are fitted; paint beyond changes nothing.
std::set<Vertebra> Review::painted_levels(const std::vector<LabelledSpan>& voxels) const {
  std::map<Vertebra, LabelBox> boxes;
  for (const bone::BodyFinding& found : found_)
    if (found.body && !upright_)
      boxes[found.level] = bone::refitted_from(found, labels_.voxels.geometry());
  std::set<Vertebra> painted;
  for (const LabelledSpan& part : voxels)
    for (const LabelId id : {part.label, labels_.voxels(part.span.x_begin, part.span.y, part.span.z)})
      for (const auto& level : {vertebra_from_whole_label(id), vertebra_from_body_label(id)})
        if (level && (upright_ || (boxes.contains(*level) && meet(boxes.at(*level), part.span))))
          painted.insert(*level);
  return painted;
}

/// Vertebrae whose labels or volume of interest the edit changed; what they were goes into `before`.
void Review::measure_changed_levels(Before& before) {
  const std::set<Vertebra> painted = painted_levels(before.voxels);
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < levels_.size(); ++i)
    if (const Vertebra level = found_[i].level;
        painted.contains(level) || placement_in(before.marks, level) != placement_in(marks_, level))
      changed.push_back(i);
  std::vector<Level> now = parallel_map(changed.size(), options_.parallel, [&](std::size_t k) {
    const std::size_t i = changed[k];
    const bool refit = painted.contains(found_[i].level);
    Level level{refit ? refitted(i) : copy_of(levels_[i].finding), {}};
    level.density =
        refit && same_body(level.finding, levels_[i].finding) ? levels_[i].density : measured(level.finding);
    return level;
  });
  for (std::size_t k = 0; k < changed.size(); ++k)
    before.levels.emplace(changed[k], std::exchange(levels_[changed[k]], std::move(now[k])));
}

bone::BodyFinding Review::refitted(std::size_t level) const {
  if (!upright_)
    return bone::refitted_body(labels_.voxels, found_[level]);
  return bone::refitted_body(resample_labels(labels_.voxels, upright_->geometry(), options_.parallel), found_[level]);
}

bone::VertebraDensity Review::measured(const bone::BodyFinding& finding) const {
  return bone::measure_vertebra(bone_hu(), finding, options_.calibration, options_.bone,
                                placement_in(marks_, finding.level));
}

void Review::follow_voxels(const std::vector<LabelledSpan>& voxels) {
  std::set<int> changed;
  for (const LabelledSpan& part : voxels) {
    changed.insert(part.span.z);
    for (int x = part.span.x_begin; x < part.span.x_end; ++x)
      bed_labels_(x, part.span.y, part.span.z) =
          rule_->at(labels_.voxels(x, part.span.y, part.span.z), x, part.span.y, part.span.z);
    arteries_.low = {std::min(arteries_.low[0], part.span.x_begin), std::min(arteries_.low[1], part.span.y),
                     std::min(arteries_.low[2], part.span.z)};
    arteries_.high = {std::max(arteries_.high[0], part.span.x_end - 1), std::max(arteries_.high[1], part.span.y),
                      std::max(arteries_.high[2], part.span.z)};
  }
  rescore(changed);
}

void Review::follow_levels(int shift_before) {
  rule_->shift_levels(marks_.level_shift - shift_before);
  const auto& [low, high, unused] = arteries_;
  parallel_for(static_cast<std::size_t>(std::max(0, high[2] - low[2] + 1)), options_.parallel, [&](std::size_t slice) {
    const int z = arteries_.low[2] + static_cast<int>(slice);
    const SliceView<LabelId> beds = bed_labels_.slice(z);
    const SliceView<const LabelId> labels = std::as_const(labels_.voxels).slice(z);
    const SliceView<const std::int16_t> hu = image_->hu.slice(z);
    for (int y = arteries_.low[1]; y <= arteries_.high[1]; ++y)
      for (int x = arteries_.low[0]; x <= arteries_.high[0]; ++x)
        if (beds(x, y) != 0 && (scored_->are_combined() || hu(x, y) >= min_hu_)) // the others never count
          beds(x, y) = rule_->at(labels(x, y), x, y, z);
  });
  std::set<int> changed;
  for (int z = low[2]; z <= high[2]; ++z)
    changed.insert(changed.end(), z);
  rescore(changed);
}

/// After labels changed in these slices of the scan. Slices between them are combined only where one changed.
void Review::rescore(const std::set<int>& scan_slices) {
  std::set<int> changed; // of those that are scored
  for (const int z : scan_slices) {
    const auto [first, last] = scored_->slices_of(z, z);
    for (int slice = first; slice <= last; ++slice)
      changed.insert(slice);
  }
  if (!scorer_ || changed.empty())
    return;
  for (auto begin = changed.begin(); begin != changed.end();) {
    auto end = begin;
    int last = *begin;
    while (++end != changed.end() && *end == last + 1)
      ++last;
    scored_->combine_again(bed_labels_, *begin, last);
    begin = end;
  }
  scorer_->rescore(scored_->labels(bed_labels_), *changed.begin(), *changed.rbegin());
}

study::BedScore Review::bed_of(const calcium::RegionScores& scored,
                               const std::optional<std::string>& incomplete) const {
  study::BedScore bed;
  bed.bed = scored.region;
  bed.incomplete_reason = incomplete.value_or("a reader found it; whether all of it is in view was not judged");
  bed.complete = bed.incomplete_reason.empty();
  bed.variants = scored.scores;
  if (!scored.scores.empty())
    bed.reference = scored.scores.front();
  for (const calcium::Lesion& lesion : scored.lesions)
    bed.lesions.push_back({scored_->on_the_scan(lesion), {}});
  return bed;
}

void Review::collect_beds() {
  values_.beds.clear();
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    const std::string& name = regions_[region].name;
    std::string machine_name = name; // a level's bed goes with its vertebra
    if (const std::optional<Vertebra> level = level_of_bed(name)) {
      const std::optional<Vertebra> machine = shifted(*level, -marks_.level_shift);
      machine_name = machine ? "aorta_level_" + std::string(to_string(*machine)) : "";
    }
    const auto found = in_view_.find(machine_name);
    const bool measured = found != in_view_.end();
    if (!measured && !(scorer_ && scorer_->has_candidates(region)))
      continue;
    values_.beds.push_back(bed_of(scorer_ ? scorer_->scores()[region] : calcium::RegionScores{name, {}, {}},
                                  measured ? std::optional(found->second) : std::nullopt));
  }
  Issues said = values_.issues;
  study::judge_calcium(options_.calcium, lower_bound_, values_);
  values_.issues = std::move(said); // percentiles that are missing were told once
}

bone::BoneResult Review::bone_of(std::vector<bone::VertebraDensity> vertebrae) const {
  bone::BoneOptions options = options_.bone;
  std::erase_if(vertebrae, [&](bone::VertebraDensity& vertebra) {
    const std::optional<Vertebra> level = shifted(vertebra.level, marks_.level_shift);
    if (const auto found = marks_.excluded.find(vertebra.level); found != marks_.excluded.end())
      vertebra.excluded = found->second;
    if (level && marks_.used.contains(vertebra.level))
      options.kept.insert(*level);
    vertebra.level = level.value_or(Vertebra::S1);
    return !level || *level == Vertebra::S1; // S1 has no density of its own
  });
  return bone::compare_levels(std::move(vertebrae), options_.calibration, options);
}

void Review::collect_bone() {
  std::vector<bone::VertebraDensity> densities;
  for (const Level& level : levels_)
    densities.push_back(level.density);
  values_.bone = bone_of(std::move(densities));
  values_.paradox = study::classify_paradox(values_, options_.paradox);
}

std::optional<Review::Picked> Review::lesion_at(const Voxel& voxel) const {
  constexpr double click_reach_mm = 3;
  const Vec3& spacing_mm = image_->hu.geometry().spacing_mm;
  const auto distance_mm = [&](const calcium::Lesion& lesion) {
    double nearest = click_reach_mm + 1;
    for (const calcium::LesionRun& part : lesion.runs) {
      const int x = std::clamp(voxel[0], part.run.x_begin, part.run.x_end - 1);
      nearest = std::min(nearest, std::hypot((x - voxel[0]) * spacing_mm[0], (part.run.y - voxel[1]) * spacing_mm[1],
                                             (part.z - voxel[2]) * spacing_mm[2]));
    }
    return nearest;
  };
  std::optional<Picked> best;
  std::pair best_rank{click_reach_mm, 0.0};
  for (const study::BedScore& bed : values_.beds)
    if (is_piece(bed.bed))
      for (const study::BedLesion& lesion : bed.lesions)
        if (const std::pair rank{distance_mm(lesion), lesion.volume_mm3};
            rank.first <= click_reach_mm && (!best || rank < best_rank)) {
          best_rank = rank;
          best = Picked{bed.bed, lesion};
        }
  return best;
}

bool Review::is_painted(Vertebra machine_level) const {
  return std::ranges::any_of(before_, [&](const Before& before) { // only paint changes voxels and levels both
    return !before.voxels.empty() && std::ranges::any_of(before.levels, [&](const auto& level) {
      return found_[level.first].level == machine_level;
    });
  });
}

study::StudyResult Review::measured_afresh() const {
  study::StudyResult fresh = values_;
  if (scorer_) {
    ScoredSlices slices(image_, options_.calcium.combine_slices_mm, options_.parallel);
    const Volume<LabelId> beds =
        study::make_beds(labels_.voxels, upright_ ? bed_bodies_ : found_, *rule_, options_.parallel).labels;
    const calcium::RegionScorer scorer(slices.hu(), slices.labels(beds), regions_,
                                       score_options(*image_, values_.study, options_));
    for (study::BedScore& bed : fresh.beds)
      for (const calcium::RegionScores& scored : scorer.scores())
        if (scored.region == bed.bed)
          bed = bed_of(scored, bed.incomplete_reason);
    study::judge_calcium(options_.calcium, lower_bound_, fresh);
    fresh.issues = values_.issues;
  }
  std::vector<bone::VertebraDensity> levels;
  for (std::size_t i = 0; i < found_.size(); ++i)
    levels.push_back(measured(is_painted(found_[i].level) ? refitted(i) : copy_of(found_[i])));
  fresh.bone = bone_of(std::move(levels));
  fresh.paradox = study::classify_paradox(fresh, options_.paradox);
  return fresh;
}

} // namespace osteocalc::review
