// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/store.h"

#include "osteocalc/calibration/calibration_json.h"
#include "osteocalc/calibration/phantom_fit.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace osteocalc::calibration {
namespace {

constexpr const char* schema = "osteocalc.calibration_store/1";
constexpr double reference_mg_cm3 = 100;

/// Days since 1970 of "YYYY-MM-DD" or DICOM's "YYYYMMDD".
int day_number(std::string date) {
  std::erase(date, '-');
  int number = 0;
  const auto [end, error] = std::from_chars(date.data(), date.data() + date.size(), number);
  const std::chrono::year_month_day day{std::chrono::year{number / 10000},
                                        std::chrono::month{static_cast<unsigned>(number / 100 % 100)},
                                        std::chrono::day{static_cast<unsigned>(number % 100)}};
  if (error != std::errc{} || end != date.data() + date.size() || date.size() != 8 || !day.ok())
    throw CalibrationError("'" + date + "' is no day (a fit expires, so its day must be known) write YYYY-MM-DD");
  return static_cast<int>(std::chrono::sys_days{day}.time_since_epoch().count());
}

/// What makes a line another one, whatever the tolerance; empty when the two agree.
std::string difference(const ScannerKey& a, const ScannerKey& b) {
  if (a.manufacturer != b.manufacturer || a.model != b.model || a.serial != b.serial)
    return "scanner";
  if (a.kvp_kv != b.kvp_kv)
    return "tube voltage";
  if (a.kernel != b.kernel)
    return "kernel";
  return a.filter != b.filter ? "filter" : "";
}

bool apart(const std::optional<double>& a, const std::optional<double>& b, double tolerance) {
  return a && b && std::abs(*a - *b) > tolerance;
}

std::string difference(const ScannerKey& a, const ScannerKey& b, const StoreOptions& options) {
  const std::string sharp = difference(a, b);
  if (!sharp.empty())
    return sharp;
  if (apart(a.field_of_view_mm, b.field_of_view_mm, options.field_of_view_tolerance_mm))
    return "field of view";
  return apart(a.table_height_mm, b.table_height_mm, options.table_height_tolerance_mm) ? "table height" : "";
}

/// Of the fits for this key the one nearest to `day`; when there is none, `reasons` says what differs.
const Calibration* nearest_fit(const CalibrationStore& store, const ScannerKey& key, int day,
                               const StoreOptions& options, std::set<std::string>& reasons) {
  const Calibration* nearest = nullptr;
  for (const Calibration& fit : store.fits) {
    const std::string reason = difference(fit.scanner, key, options);
    if (!reason.empty())
      reasons.insert(reason);
    else if (!nearest || std::abs(day_number(fit.date) - day) < std::abs(day_number(nearest->date) - day))
      nearest = &fit;
  }
  return nearest;
}

Issues doubts(const CalibrationStore& store, const Calibration& fit, const ScannerKey& key,
              const StoreOptions& options) {
  Issues issues;
  if (key.serial.empty())
    issues.push_back(warning("CALIB-NO-SERIAL", "calibration",
                             "the scan states no serial number of its scanner (two scanners of one model differ)"));
  if (!key.table_height_mm || !fit.scanner.table_height_mm)
    issues.push_back(info("CALIB-TABLE-HEIGHT", "calibration",
                          "the table's height is not known of both scans (HU change with the distance from the "
                          "isocentre)"));
  const std::optional<double> drift = drift_hu_per_year(store, fit);
  if (drift && std::abs(*drift) > options.most_drift_hu_per_year)
    issues.push_back(warning("CALIB-DRIFT", "calibration",
                             fmt::format("{:g} mg/cm3 drift by {:+.1f} HU a year on this scanner: scan the phantom "
                                         "more often",
                                         reference_mg_cm3, *drift)));
  return issues;
}

} // namespace

CalibrationStore read_store(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    return {};
  const Json json = parsed_file(file);
  CalibrationStore store;
  try {
    if (json.value("schema", "") != schema)
      throw CalibrationError(file.string() + " is no osteocalc.calibration_store/1 file (its fits cannot be trusted)");
    for (const Json& fit : json.at("fits"))
      add_fit(store, calibration_from_json(fit, file.string()));
  } catch (const Json::exception& error) {
    throw CalibrationError(file.string() + " is not a usable store: " + error.what());
  }
  return store;
}

void write_store(const CalibrationStore& store, const std::filesystem::path& file) {
  Json json{{"schema", schema}, {"fits", Json::array()}};
  for (const Calibration& fit : store.fits)
    json["fits"].push_back(to_json(fit));
  write_text(file, json.dump(2) + "\n");
}

void add_fit(CalibrationStore& store, Calibration fit) {
  if (fit.mode != Mode::Phantom || !fit.slope || fit.r2.value_or(0) < least_r2)
    throw CalibrationError("only a phantom's fit that passed its gates can be kept for other scans (a line of another "
                           "origin would be passed off as this scanner's) run calibrate on a phantom scan");
  const int day = day_number(fit.date);
  std::erase_if(store.fits, [&](const Calibration& other) {
    return other.scanner == fit.scanner && other.name == fit.name && day_number(other.date) == day;
  });
  const auto place =
      std::ranges::find_if(store.fits, [&](const Calibration& other) { return day_number(other.date) > day; });
  store.fits.insert(place, std::move(fit));
}

std::optional<double> drift_hu_per_year(const CalibrationStore& store, const Calibration& like) {
  std::vector<double> years, hu;
  for (const Calibration& fit : store.fits)
    if (difference(fit.scanner, like.scanner).empty() && fit.name == like.name && fit.material == like.material) {
      years.push_back(day_number(fit.date) / 365.25);
      hu.push_back((reference_mg_cm3 - *fit.intercept) / *fit.slope);
    }
  if (years.size() < 2 || years.front() == years.back()) // in order of date
    return std::nullopt;
  return fit_line(years, hu).slope;
}

Calibration asynchronous_calibration(const CalibrationStore& store, const ScannerKey& key, const std::string& date,
                                     const StoreOptions& options) {
  const int day = day_number(date);
  std::set<std::string> reasons;
  const Calibration* fit = nearest_fit(store, key, day, options, reasons);
  if (!fit) {
    std::string list;
    for (const std::string& reason : reasons)
      list += (list.empty() ? "" : ", ") + reason;
    throw Refusal(refused("CALIB-NO-FIT", "calibration",
                          "no phantom scan in the store was made as this scan was (" +
                              (list.empty() ? std::string("the store is empty") : "what differs: " + list) +
                              ") scan a phantom with this protocol"));
  }
  const int age = std::abs(day_number(fit->date) - day);
  if (age > options.expire_days)
    throw Refusal(refused("CALIB-EXPIRED", "calibration",
                          fmt::format("the nearest phantom scan is {} days away, more than {} (scanners drift) scan "
                                      "the phantom again",
                                      age, options.expire_days)));
  Calibration result = *fit;
  result.mode = Mode::Asynchronous;
  result.model_se_fraction = options.model_se_fraction;
  append(result.issues, doubts(store, *fit, key, options));
  return result;
}

} // namespace osteocalc::calibration
