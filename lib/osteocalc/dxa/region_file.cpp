// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/region_file.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <span>

namespace osteocalc::dxa {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& problem) {
  throw ConfigError(problem + " (it would be measured in the wrong place) correct the file");
}

Json parsed(std::string_view text, std::string_view schema) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("schema", "") != schema)
    fail(fmt::format("this is no JSON of schema {}", schema));
  return json;
}

std::vector<Vec2> points(const Json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || !json[key].is_array())
    fail(fmt::format("{} has no {}", where, key));
  std::vector<Vec2> out;
  for (const Json& point : json[key]) {
    if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_number())
      fail(fmt::format("{}: a point of {} is not two numbers", where, key));
    out.push_back({point[0].get<double>(), point[1].get<double>()});
  }
  return out;
}

Json points_json(std::span<const Vec2> points) {
  Json json = Json::array();
  for (const Vec2& p : points)
    json.push_back({std::round(p[0] * 100) / 100, std::round(p[1] * 100) / 100});
  return json;
}

Vertebra level_of(const Json& json) {
  const auto level = vertebra_from_string(json.value("level", ""));
  if (!level)
    fail(fmt::format("\"{}\" is no vertebra", json.value("level", "")));
  return *level;
}

} // namespace

RegionFile parse_regions(std::string_view text) {
  RegionFile file;
  const Json json = parsed(text, "osteocalc.dxa_roi/1");
  for (const Json& item : json.value("regions", Json::array())) {
    const std::string name = item.value("name", "");
    if (name.empty())
      fail("a region has no name");
    Region region{name, points(item, "outline_mm", name), RegionArea::BoneInside};
    if (region.outline.size() < 3 || area_mm2(region.outline) <= 0)
      fail(fmt::format("{} encloses nothing", name));
    const std::string area = item.value("area", "bone");
    if (area != "bone" && area != "outline")
      fail(fmt::format("{}: area is \"{}\", not bone or outline", name, area));
    if (area == "outline")
      region.area = RegionArea::Outline;
    if (item.contains("excluded") && item["excluded"].is_string())
      file.excluded.push_back({name, item["excluded"].get<std::string>()});
    file.regions.push_back(std::move(region));
  }
  if (file.regions.empty())
    fail("the file has no regions");
  return file;
}

std::string regions_json(const std::vector<Region>& regions) {
  Json json{{"schema", "osteocalc.dxa_roi/1"}, {"regions", Json::array()}};
  for (const Region& region : regions) {
    json["regions"].push_back({{"name", region.name},
                               {"outline_mm", points_json(region.outline)},
                               {"area", region.area == RegionArea::Outline ? "outline" : "bone"}});
  }
  return json.dump(1) + "\n";
}

MarkFile parse_marks(std::string_view text) {
  MarkFile file;
  const Json json = parsed(text, "osteocalc.dxa_marks/1");
  for (const Json& item : json.value("vertebrae", Json::array())) {
    const Vertebra level = level_of(item);
    const std::string name(to_string(level));
    const std::vector<Vec2> six = points(item, "points_mm", name);
    if (six.size() != 6)
      fail(fmt::format("{} has {} points, not six", name, six.size()));
    SixPointMark mark{level, {}};
    std::ranges::copy(six, mark.points.begin());
    file.marks.push_back(mark);
  }
  for (const Json& item : json.value("calcium", Json::array())) {
    const Vertebra level = level_of(item);
    const std::string wall = item.value("wall", "");
    if (wall != "anterior" && wall != "posterior")
      fail(fmt::format("{}: wall is \"{}\", not anterior or posterior", to_string(level), wall));
    if (!item.contains("calcified_mm") || !item["calcified_mm"].is_number() || item["calcified_mm"].get<double>() < 0)
      fail(fmt::format("{} {}: calcified_mm is missing or negative", to_string(level), wall));
    file.lengths.push_back(
        {level, wall == "anterior" ? Wall::Anterior : Wall::Posterior, item["calcified_mm"].get<double>()});
  }
  if (file.marks.empty())
    fail("the file marks no vertebrae");
  return file;
}

std::string marks_json(const std::vector<SixPointMark>& marks) {
  Json json{{"schema", "osteocalc.dxa_marks/1"}, {"vertebrae", Json::array()}};
  for (const SixPointMark& mark : marks)
    json["vertebrae"].push_back({{"level", to_string(mark.level)}, {"points_mm", points_json(mark.points)}});
  return json.dump(1) + "\n";
}

void apply_lengths(std::vector<WallCalcium>& walls, const MarkFile& file) {
  for (const MarkFile::Length& length : file.lengths)
    for (WallCalcium& wall : walls)
      if (wall.level == length.level && wall.wall == length.wall)
        wall.calcified_mm = length.calcified_mm;
}

} // namespace osteocalc::dxa
