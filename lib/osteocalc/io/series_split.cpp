// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/series_split.h"

#include "osteocalc/io/slice_order.h"
#include "osteocalc/io/technical_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>

namespace osteocalc::io {
namespace {

using namespace std::string_view_literals;
using Headers = std::vector<DicomHeader>;
using Groups = std::vector<SliceGroup>;

constexpr double alike_cosine = 1 - 1e-4; // 0.8 degrees: directions are written with few digits
constexpr double alike_spacing = 1e-4;    // relative

bool same_frame(const DicomHeader& a, const DicomHeader& b) {
  const auto alike = [&](std::size_t axis) {
    return dot((*a.row_column_axes)[axis], (*b.row_column_axes)[axis]) >= alike_cosine &&
           std::abs((*a.spacing_mm)[axis] - (*b.spacing_mm)[axis]) <= alike_spacing * (*b.spacing_mm)[axis];
  };
  return a.pixels.rows == b.pixels.rows && a.pixels.columns == b.pixels.columns &&
         a.frame_of_reference_uid == b.frame_of_reference_uid && alike(0) && alike(1);
}

std::string decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

template <class Number>
std::string written(const std::optional<Number>& value) {
  return value ? decimals(static_cast<double>(*value)) : "";
}

/// As far as two slices of one scan may be written differently.
std::string rounded(const std::optional<double>& value) {
  return value ? decimals(std::round(100 * *value) / 100) : "";
}

enum class Kind { Acquisition, Technique }; // of technique a scan has one, though its slices lie evenly
enum class Shown { Value, Number };         // free texts may not stand in a message

/// What tells acquisitions apart: a value to compare, and its name in messages.
struct Attribute {
  const char* name;
  std::string (*value)(const DicomHeader&);
  Kind kind = Kind::Acquisition;
  Shown shown = Shown::Value;
};

const std::array<Attribute, 10> attributes{{
    {"acquisition", [](const DicomHeader& h) { return written(h.acquisition_number); }},
    {"time step", [](const DicomHeader& h) { return written(h.temporal_position); }},
    {"cardiac phase %", [](const DicomHeader& h) { return written(h.cardiac_phase_percent); }},
    {"trigger time ms", [](const DicomHeader& h) { return written(h.trigger_time_ms); }},
    {"kernel", [](const DicomHeader& h) { return h.kernel; }, Kind::Technique},
    {"kV", [](const DicomHeader& h) { return rounded(h.kvp_kv); }, Kind::Technique},
    {"thickness mm", [](const DicomHeader& h) { return rounded(h.thickness_mm); }, Kind::Technique},
    {"contrast agent", [](const DicomHeader& h) { return h.contrast_agent; }, Kind::Technique, Shown::Number},
    {"image type", [](const DicomHeader& h) { return h.image_type; }, Kind::Acquisition, Shown::Number},
    {"acquisition time", [](const DicomHeader& h) { return h.scan_time; }, Kind::Acquisition, Shown::Number},
}};

std::string part_name(const Attribute& attribute, const std::string& value, std::size_t number) {
  const std::string name = std::string(attribute.name) + " ";
  if (value.empty())
    return name + "none";
  if (attribute.shown == Shown::Number)
    return name + std::to_string(number);
  return name + (attribute.name == "kernel"sv ? shown_kernel(value) : value);
}

std::string joined(const std::string& before, const std::string& part) {
  return before.empty() ? part : before + ", " + part;
}

StepSurvey survey(const Headers& slices) {
  std::vector<SlicePosition> positions(slices.size());
  std::transform(slices.begin(), slices.end(), positions.begin(), [](const DicomHeader& slice) {
    return SlicePosition{*slice.position_mm, slice.instance_uid};
  });
  return survey_steps(positions, stacking_direction(slices.front()));
}

Groups by_frame(Headers slices) {
  Groups groups;
  for (DicomHeader& slice : slices) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const SliceGroup& g) { return same_frame(slice, g.slices.front()); });
    if (group == groups.end())
      group = groups.insert(groups.end(), SliceGroup{});
    group->slices.push_back(std::move(slice));
  }
  if (groups.size() > 1)
    for (std::size_t i = 0; i < groups.size(); ++i)
      groups[i].part = "geometry " + std::to_string(i + 1);
  return groups;
}

std::map<std::string, Headers> by_value(const Headers& slices, const Attribute& attribute) {
  std::map<std::string, Headers> values;
  for (const DicomHeader& slice : slices)
    values[attribute.value(slice)].push_back(slice);
  return values;
}

/// The parts of a group by one attribute; empty when it is not to be split by it. Single slices part from a scan only
/// where that leaves no fault at all, and technique parts even steps only into whole stacks.
Groups by_attribute(const SliceGroup& group, const Attribute& attribute, std::size_t faults) {
  auto values = by_value(group.slices, attribute);
  if (values.size() < 2 || 2 * values.size() > group.slices.size())
    return {};
  Groups parts;
  std::size_t left = 0, singles = 0;
  for (auto& [value, slices] : values) {
    left += survey(slices).faults();
    singles += slices.size() == 1 ? 1 : 0;
    const std::string part = part_name(attribute, value, parts.size() + 1);
    parts.push_back({std::move(slices), joined(group.part, part)});
  }
  const bool mends = left < faults && (singles == 0 || left == 0);
  const bool two_scans = faults == 0 && left == 0 && singles == 0 && attribute.kind == Kind::Technique;
  return mends || two_scans ? parts : Groups{};
}

/// How many of the acquisition's number, kernel, voltage, thickness and agent differ from those of most slices.
std::vector<int> departures(const Headers& slices) {
  std::vector<int> count(slices.size());
  for (const Attribute& attribute : attributes) {
    if (attribute.kind != Kind::Technique && attribute.name != "acquisition"sv)
      continue;
    const auto values = by_value(slices, attribute);
    const auto usual = std::ranges::max_element(values, {}, [](const auto& value) { return value.second.size(); });
    for (std::size_t i = 0; i < slices.size(); ++i)
      count[i] += attribute.value(slices[i]) == usual->first ? 0 : 1;
  }
  return count;
}

/// Slices at one place dealt out: the first of each place, the second, ...; first is the one most like all others.
Groups by_rank(SliceGroup group) {
  const Vec3 normal = stacking_direction(group.slices.front());
  const StepSurvey steps = survey(group.slices);
  if (steps.doubled_mm.empty())
    return {std::move(group)};
  const std::vector<int> unlike = departures(group.slices);
  std::vector<std::pair<std::size_t, std::size_t>> place_and_slice;
  for (std::size_t i = 0; i < group.slices.size(); ++i) {
    const double along = dot(*group.slices[i].position_mm, normal);
    const auto next = std::upper_bound(steps.along_mm.begin(), steps.along_mm.end(), along);
    place_and_slice.emplace_back(static_cast<std::size_t>(next - steps.along_mm.begin()), i);
  }
  std::sort(place_and_slice.begin(), place_and_slice.end(), [&](const auto& a, const auto& b) {
    const auto rank = [&](const auto& item) {
      const DicomHeader& slice = group.slices[item.second];
      return std::tuple(item.first, unlike[item.second], slice.instance_number.value_or(0),
                        std::cref(slice.instance_uid).get(), slice.frame);
    };
    return rank(a) < rank(b);
  });
  Groups parts;
  for (std::size_t i = 0, rank = 0; i < place_and_slice.size(); ++i) {
    rank = i > 0 && place_and_slice[i].first == place_and_slice[i - 1].first ? rank + 1 : 0;
    if (rank == parts.size())
      parts.push_back({{}, joined(group.part, "repeat " + std::to_string(rank + 1))});
    parts[rank].slices.push_back(std::move(group.slices[place_and_slice[i].second]));
  }
  return parts;
}

/// Cuts at the longest hole as long as more slices are missing than there are.
Groups by_distance(SliceGroup group) {
  const StepSurvey steps = survey(group.slices);
  if (steps.order.size() < 2 || steps.along_mm.back() - steps.along_mm.front() <
                                    2.0 * steps.usual_mm * static_cast<double>(steps.order.size() - 1))
    return {std::move(group)};
  std::size_t hole = 1;
  for (std::size_t i = 2; i < steps.along_mm.size(); ++i)
    if (steps.along_mm[i] - steps.along_mm[i - 1] > steps.along_mm[hole] - steps.along_mm[hole - 1])
      hole = i;
  const Vec3 normal = stacking_direction(group.slices.front());
  Groups ends{{{}, joined(group.part, "lower part")}, {{}, joined(group.part, "upper part")}};
  for (DicomHeader& slice : group.slices)
    ends[dot(*slice.position_mm, normal) >= steps.along_mm[hole] ? 1 : 0].slices.push_back(std::move(slice));
  Groups parts = by_distance(std::move(ends[0]));
  for (SliceGroup& part : by_distance(std::move(ends[1])))
    parts.push_back(std::move(part));
  return parts;
}

void split(SliceGroup group, std::size_t first_attribute, Groups& done) {
  const std::size_t faults = survey(group.slices).faults();
  for (std::size_t i = first_attribute; i < attributes.size(); ++i)
    if (Groups parts = by_attribute(group, attributes[i], faults); !parts.empty()) {
      for (SliceGroup& part : parts)
        split(std::move(part), i + 1, done);
      return;
    }
  for (SliceGroup& repeat : by_rank(std::move(group)))
    for (SliceGroup& part : by_distance(std::move(repeat)))
      done.push_back(std::move(part));
}

} // namespace

Vec3 stacking_direction(const DicomHeader& header) {
  const auto& [row, column] = *header.row_column_axes;
  const Vec3 normal = normalized(cross(row, column));
  const auto largest =
      std::max_element(normal.begin(), normal.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  return *largest < 0 ? -1.0 * normal : normal;
}

std::vector<SliceGroup> split_series(std::vector<DicomHeader> slices) {
  Groups done;
  for (SliceGroup& group : by_frame(std::move(slices)))
    split(std::move(group), 0, done);
  return done;
}

std::string mixed_technique(const std::vector<DicomHeader>& slices) {
  std::string text;
  for (const Attribute& attribute : attributes)
    if (const auto values = by_value(slices, attribute); attribute.kind == Kind::Technique && values.size() > 1) {
      std::size_t number = 0;
      for (const auto& [value, with_it] : values)
        text = joined(text, part_name(attribute, value, ++number) + " (" + std::to_string(with_it.size()) + ")");
    }
  return text;
}

} // namespace osteocalc::io
