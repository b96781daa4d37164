// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/identify.h"

#include "osteocalc/calibration/attenuation.h"
#include "osteocalc/calibration/phantom_fit.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace osteocalc::calibration {
namespace {

constexpr std::size_t fewest_rods = 3; // unless the phantom has only two
constexpr double clear_margin = 2;     // the next best reading must be worse by this factor
constexpr double floor_fraction = 0.003;
constexpr double most_water_mg_cm3 = 25;

struct Measured {
  Rod rod;
  std::optional<RodHu> hu;
};

/// One way to read a row as a phantom.
struct Reading {
  const PhantomModel* phantom = nullptr;
  std::size_t row = 0;
  bool reversed = false;
  std::vector<Rod> rods;
  Calibration calibration;
  std::vector<std::size_t> hidden, missing; ///< by their number in the phantom
  double misfit = 0;                        ///< residual SE relative to the range of densities
};

bool slope_is_possible(const Calibration& line, std::optional<double> kvp_kv) {
  const EnergyRange range = plausible_energies(kvp_kv);
  const double hu_per_mg = 1 / *line.slope;
  return hu_per_mg <= hu_per_mg_cm3(*line.material, range.low_kev) &&
         hu_per_mg >= hu_per_mg_cm3(*line.material, range.high_kev);
}

double density_range(const PhantomModel& phantom) {
  const auto [low, high] = std::ranges::minmax_element(phantom.rods, {}, &PhantomRod::density_mg_cm3);
  return high->density_mg_cm3 - low->density_mg_cm3;
}

/// Reads the row's places offset .. as the phantom's rods; nothing when it does not fit.
template <class MeasureSlot>
std::optional<Reading> read_as(const PhantomModel& phantom, const RodRow& row, int first_slot, bool reversed,
                               std::optional<double> kvp_kv, const MeasureSlot& measure) {
  Reading reading{&phantom, 0, reversed, {}, {}, {}, {}, 0};
  std::vector<CalibrationRod> rods;
  const auto count = static_cast<int>(phantom.rods.size());
  for (int k = 0; k < count; ++k) {
    const int slot = first_slot + (reversed ? count - 1 - k : k);
    const Measured& measured = measure(slot);
    const auto number = static_cast<std::size_t>(k);
    if (!measured.hu) {
      reading.missing.push_back(number);
      continue;
    }
    if (std::ranges::find(row.slots, slot) == row.slots.end())
      reading.hidden.push_back(number);
    rods.push_back({measured.hu->mean_hu, measured.hu->se_hu, phantom.rods[number].density_mg_cm3,
                    phantom.rods[number].water_mg_cm3, 0});
    reading.rods.push_back(measured.rod);
  }
  if (rods.size() < std::min(fewest_rods, phantom.rods.size()))
    return std::nullopt;
  try {
    reading.calibration = fit_phantom(rods, phantom.material, phantom.name);
  } catch (const CalibrationError&) {
    return std::nullopt; // the line falls: not this way round
  }
  if (has_rule(reading.calibration.issues, "CALIB-R2") || !slope_is_possible(reading.calibration, kvp_kv))
    return std::nullopt;
  // Any two round things make a line: of two rods it must at least give water about nothing.
  if (rods.size() == 2 && std::abs(*reading.calibration.intercept) > most_water_mg_cm3)
    return std::nullopt;
  reading.misfit = floor_fraction + *reading.calibration.se_mg_cm3 / density_range(phantom);
  const auto outside =
      std::ranges::count_if(row.slots, [&](int slot) { return slot < first_slot || slot >= first_slot + count; });
  reading.misfit *= 1 + 0.5 * static_cast<double>(reading.hidden.size() + reading.missing.size()) +
                    0.5 * static_cast<double>(outside);
  return reading;
}

std::vector<Reading> readings_of(const Volume<std::int16_t>& hu, const RodRow& row,
                                 std::span<const PhantomModel> candidates, const IdentifyOptions& options) {
  std::map<int, Measured> cache;
  const auto measure = [&](int slot) -> const Measured& {
    auto found = cache.find(slot);
    if (found == cache.end()) {
      const Rod rod = rod_at(row, slot);
      found = cache.emplace(slot, Measured{rod, measure_rod(hu, rod, options.rods)}).first;
    }
    return found->second;
  };
  std::vector<Reading> readings;
  for (const PhantomModel& phantom : candidates) {
    const auto count = static_cast<int>(phantom.rods.size());
    // Two rods of the row at least must be the phantom's; what else stands beside them counts against the reading.
    for (int first = 2 - count; first <= row.slots.back() - 1; ++first)
      for (const bool reversed : {false, true})
        if (auto reading = read_as(phantom, row, first, reversed, options.kvp_kv, measure))
          readings.push_back(std::move(*reading));
  }
  return readings;
}

bool same_line(const Calibration& a, const Calibration& b) {
  return a.material == b.material && std::abs(*bmd_mg_cm3(a, 0) - *bmd_mg_cm3(b, 0)) < 2 &&
         std::abs(*bmd_mg_cm3(a, 200) - *bmd_mg_cm3(b, 200)) < 3;
}

std::string described(const Reading& reading) {
  return fmt::format("{}{} with {} rods (residual {:.1f} mg/cm3)", reading.phantom->name,
                     reading.reversed ? " reversed" : "", reading.rods.size(), *reading.calibration.se_mg_cm3);
}

void require_clear(const std::vector<Reading>& readings) {
  std::string others;
  for (std::size_t i = 1; i < readings.size(); ++i)
    if (readings[i].misfit < clear_margin * readings[0].misfit && readings[i].rods.size() >= readings[0].rods.size() &&
        !same_line(readings[i].calibration, readings[0].calibration))
      others += "; " + described(readings[i]);
  if (!others.empty())
    throw Refusal(refused("CALIB-AMBIGUOUS", "calibration",
                          "the rods can be read in more than one way (each gives another density): " +
                              described(readings[0]) + others + ". Name the phantom or give its certificate"));
}

void add_issues(const Reading& reading, Calibration& calibration) {
  const auto list = [](const std::vector<std::size_t>& numbers) {
    std::string text;
    for (const std::size_t number : numbers)
      text += (text.empty() ? "" : ", ") + std::to_string(number + 1);
    return text;
  };
  if (!reading.hidden.empty())
    calibration.issues.push_back(info("CALIB-ROD-HIDDEN", calibration.name,
                                      "rods that do not stand out from what is around them (" + list(reading.hidden) +
                                          ") were measured where the others say they lie"));
  if (!reading.missing.empty())
    calibration.issues.push_back(
        warning("CALIB-ROD-MISSING", calibration.name,
                "rods outside the field of view: " + list(reading.missing) + " (the line rests on the others)"));
}

} // namespace

std::vector<PhantomModel> recognisable_phantoms() {
  std::vector<PhantomModel> result;
  for (const PhantomModel& phantom : phantom_library())
    if (phantom.recognition == Recognition::Automatic)
      result.push_back(phantom);
  return result;
}

FoundPhantom find_phantom(const Volume<std::int16_t>& hu, std::span<const PhantomModel> candidates,
                          const IdentifyOptions& options) {
  std::vector<RodRow> rows;
  std::vector<Reading> readings;
  // Faint rods in noisy scans show in thicker slabs only, which smear rods that run askew: hence second. The faintest
  // show in means along the clear ones.
  for (const auto& [thicker, search] :
       {std::pair(1.0, RodSearch::InSlabs), std::pair(4.0, RodSearch::InSlabs), std::pair(1.0, RodSearch::AlongRods)}) {
    IdentifyOptions tried = options;
    tried.rods.slab_mm *= thicker;
    tried.rods.search = search;
    rows = find_rod_rows(hu, tried.rods);
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (Reading& reading : readings_of(hu, rows[i], candidates, tried)) {
        reading.row = i;
        readings.push_back(std::move(reading));
      }
    if (!readings.empty())
      break;
  }
  if (readings.empty() && rows.empty())
    throw Refusal(refused("CALIB-NO-RODS", "calibration",
                          "no row of parallel rods was found in the scan (there is nothing to calibrate by) check that "
                          "the phantom lies in the field of view"));
  if (readings.empty())
    throw Refusal(refused("CALIB-NO-MATCH", "calibration",
                          fmt::format("rows of rods were found (the longest has {}), but none fits the phantom's "
                                      "densities at a possible slope with r2 of {:g} or more: wrong phantom, or "
                                      "artefacts",
                                      rows.front().rods.size(), least_r2)));
  std::ranges::stable_sort(readings, [](const Reading& a, const Reading& b) {
    return std::pair(-static_cast<long>(a.rods.size()), a.misfit) <
           std::pair(-static_cast<long>(b.rods.size()), b.misfit);
  });
  require_clear(readings);
  Reading& best = readings.front();
  FoundPhantom found{*best.phantom, rows[best.row], best.rods, best.reversed, std::move(best.calibration)};
  add_issues(best, found.calibration);
  found.calibration.scanner.kvp_kv = options.kvp_kv;
  return found;
}

} // namespace osteocalc::calibration
