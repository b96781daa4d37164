// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/edit_json.h"

#include "osteocalc/core/error.h"

#include <cmath>

namespace osteocalc::review {
namespace {

struct ActionWriter {
  Json& json;
  void operator()(const AssignLesion& action) const {
    json["bed"] = action.bed;
    json["voxel"] = action.voxel;
    json["to"] = action.to;
  }
  void operator()(const AcceptLesion& action) const {
    json["bed"] = action.bed;
    json["voxel"] = action.voxel;
  }
  void operator()(const AddLesion& action) const {
    json["voxel"] = action.seed;
    json["to"] = action.to;
  }
  void operator()(const Stroke& action) const {
    json["centers"] = action.centers;
    json["radius_mm"] = action.radius_mm;
    json["through_slices"] = action.through_slices;
    json["to"] = action.to;
  }
  void operator()(const ShiftLevels& action) const { json["by"] = action.by; }
  void operator()(const PlaceVolume& action) const {
    json["level"] = to_string(action.level);
    json["shift_mm"] = action.placement.shift_mm;
    json["scale"] = action.placement.scale;
  }
  void operator()(const ExcludeLevel& action) const { json["level"] = to_string(action.level); }
  void operator()(const UseLevel& action) const { json["level"] = to_string(action.level); }
  void operator()(const OutlineRegion& action) const {
    json["name"] = action.name;
    json["outline_mm"] = action.outline;
    json["area"] = action.area == dxa::RegionArea::Outline ? "outline" : "bone";
  }
  void operator()(const RemoveRegion& action) const { json["name"] = action.name; }
  void operator()(const ExcludeSite& action) const { json["site"] = action.site; }
  void operator()(const UseSite& action) const { json["site"] = action.site; }
  void operator()(const MarkVertebra& action) const {
    json["level"] = to_string(action.level);
    json["points_mm"] = action.points;
  }
  void operator()(const GradeWall& action) const {
    put_wall(action.level, action.wall);
    json["grade"] = action.grade;
  }
  void operator()(const DrawCalcium& action) const {
    put_wall(action.level, action.wall);
    json["from_mm"] = action.from;
    json["to_mm"] = action.to;
  }
  void put_wall(Vertebra level, dxa::Wall wall) const {
    json["level"] = to_string(level);
    json["wall"] = dxa::to_string(wall);
  }
};

Vertebra level_in(const Json& json) {
  const auto name = json.at("level").get<std::string>();
  const std::optional<Vertebra> level = vertebra_from_string(name);
  if (!level)
    throw Error("\"" + name + "\" is no vertebral level");
  return *level;
}

double finite(const Json& json) {
  const auto value = json.get<double>();
  if (!std::isfinite(value) || std::abs(value) > 1000)
    throw Error("a length or factor is out of range");
  return value;
}

LabelId label_in(const Json& json) {
  const auto id = json.at("to").get<long>();
  if (id < 0 || id > 65535)
    throw Error("a label is out of range");
  return static_cast<LabelId>(id);
}

dxa::Wall wall_in(const Json& json) {
  for (const dxa::Wall wall : {dxa::Wall::Anterior, dxa::Wall::Posterior})
    if (json.at("wall") == dxa::to_string(wall))
      return wall;
  throw Error("a wall is anterior or posterior");
}

Vec2 place_in(const Json& json) {
  return {finite(json.at(0)), finite(json.at(1))};
}

std::optional<Action> dxa_action_from(const std::string& kind, const Json& json) {
  if (kind == "outline-region") {
    OutlineRegion action{
        json.at("name"), {}, json.at("area") == "bone" ? dxa::RegionArea::BoneInside : dxa::RegionArea::Outline};
    for (const Json& corner : json.at("outline_mm"))
      action.outline.push_back(place_in(corner));
    return action;
  }
  if (kind == "remove-region")
    return RemoveRegion{json.at("name")};
  if (kind == "exclude-site")
    return ExcludeSite{json.at("site")};
  if (kind == "use-site")
    return UseSite{json.at("site")};
  if (kind == "mark-vertebra") {
    MarkVertebra action{level_in(json), {}};
    for (std::size_t i = 0; i < action.points.size(); ++i)
      action.points[i] = place_in(json.at("points_mm").at(i));
    return action;
  }
  if (kind == "grade-wall")
    return GradeWall{level_in(json), wall_in(json), json.at("grade")};
  if (kind == "draw-calcium")
    return DrawCalcium{level_in(json), wall_in(json), place_in(json.at("from_mm")), place_in(json.at("to_mm"))};
  return std::nullopt;
}

Action action_from(const std::string& kind, const Json& json) {
  if (kind == "assign-lesion")
    return AssignLesion{json.at("bed"), json.at("voxel"), label_in(json)};
  if (kind == "accept-lesion")
    return AcceptLesion{json.at("bed"), json.at("voxel")};
  if (kind == "add-lesion")
    return AddLesion{json.at("voxel"), label_in(json)};
  if (kind == "stroke")
    return Stroke{json.at("centers"), finite(json.at("radius_mm")), json.at("through_slices"), label_in(json)};
  if (kind == "shift-levels")
    return ShiftLevels{json.at("by")};
  if (kind == "place-volume") {
    const Json& shift = json.at("shift_mm");
    return PlaceVolume{level_in(json),
                       {{finite(shift.at(0)), finite(shift.at(1)), finite(shift.at(2))}, finite(json.at("scale"))}};
  }
  if (kind == "exclude-level")
    return ExcludeLevel{level_in(json)};
  if (kind == "use-level")
    return UseLevel{level_in(json)};
  if (const auto action = dxa_action_from(kind, json))
    return *action;
  throw Error("an edit of the kind \"" + kind + "\" is unknown (a newer program wrote the file); update this one");
}

std::optional<double> number_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

Json bed_json(const study::BedScore& bed) {
  const auto& score = bed.reference;
  return {{"bed", bed.bed},
          {"agatston", score ? Json(score->agatston) : Json()},
          {"volume_mm3", score ? Json(score->volume_mm3) : Json()},
          {"mass_mg", score ? or_null(score->mass_mg) : Json()},
          {"density_score", score ? or_null(score->density_score) : Json()},
          {"lesions", score ? Json(score->lesions) : Json()},
          {"max_hu", score ? or_null(score->max_hu) : Json()},
          {"category", bed.category ? Json{{"scheme", bed.category->scheme}, {"level", bed.category->level}} : Json()},
          {"complete", bed.complete}};
}

Json vertebra_json(const bone::VertebraDensity& vertebra, int level_shift) {
  const std::optional<Vertebra> machine = shifted(vertebra.level, -level_shift);
  return {{"level", to_string(vertebra.level)},
          {"machine_level", machine ? Json(to_string(*machine)) : Json()},
          {"trabecular_hu", vertebra.trabecular ? Json{{"mean", vertebra.trabecular->mean_hu},
                                                       {"sd", vertebra.trabecular->sd_hu},
                                                       {"n", vertebra.trabecular->n}}
                                                : Json()},
          {"bmd_mg_cm3", or_null(vertebra.bmd_mg_cm3)},
          {"excluded", or_null(vertebra.excluded)}};
}

Json summary_json(const std::optional<bone::BoneSummary>& summary) {
  if (!summary)
    return {};
  Json levels = Json::array();
  for (const Vertebra level : summary->levels)
    levels.push_back(to_string(level));
  return {{"levels", levels},
          {"mean_hu", summary->mean_hu},
          {"bmd_mg_cm3", or_null(summary->bmd_mg_cm3)},
          {"category", summary->category ? Json(summary->category->level) : Json()},
          {"category_table", summary->category ? Json(summary->category->table) : Json()},
          {"l1_hu_category", summary->l1_hu_category ? Json(summary->l1_hu_category->level) : Json()},
          {"l1_hu_category_table", summary->l1_hu_category ? Json(summary->l1_hu_category->table) : Json()}};
}

} // namespace

Json to_json(const Edit& edit) {
  Json json{{"kind", kind_of(edit.action)}};
  std::visit(ActionWriter{json}, edit.action);
  json["reader"] = edit.reader;
  json["time"] = edit.time;
  json["why"] = edit.why;
  json["before"] = edit.before;
  json["after"] = edit.after;
  json["changes"] = Json::array();
  for (const NumberChange& change : edit.changes)
    json["changes"].push_back(
        {{"number", change.number}, {"before", or_null(change.before)}, {"after", or_null(change.after)}});
  return json;
}

Edit edit_from(const Json& json) {
  Edit edit{action_from(json.at("kind"), json),
            json.at("reader"),
            json.at("time"),
            json.at("why"),
            json.at("before"),
            json.at("after"),
            {}};
  for (const Json& change : json.at("changes"))
    edit.changes.push_back(
        {change.at("number"), number_or_none(change.at("before")), number_or_none(change.at("after"))});
  return edit;
}

Json values_json(const study::StudyResult& values, int level_shift) {
  Json json{{"calcium", {{"beds", Json::array()}}}, {"bone", {{"vertebrae", Json::array()}}}};
  for (const study::BedScore& bed : values.beds)
    json["calcium"]["beds"].push_back(bed_json(bed));
  json["calcium"]["vessels_with_calcium"] = or_null(values.vessels_with_calcium);
  if (values.bone) {
    for (const bone::VertebraDensity& vertebra : values.bone->vertebrae)
      json["bone"]["vertebrae"].push_back(vertebra_json(vertebra, level_shift));
    json["bone"]["summary"] = summary_json(values.bone->summary);
  }
  json["paradox"] = {{"high_calcium", or_null(values.paradox.high_calcium)},
                     {"low_bone", or_null(values.paradox.low_bone)},
                     {"quadrant", or_null(values.paradox.quadrant)}};
  return json;
}

} // namespace osteocalc::review
