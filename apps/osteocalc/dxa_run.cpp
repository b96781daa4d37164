// SPDX-License-Identifier: Apache-2.0
#include "dxa_run.h"

#include "osteocalc/core/provenance.h"
#include "osteocalc/report/text_file.h"

#include <nlohmann/json.hpp>

namespace osteocalc::app {

void write_dxa_run(const std::filesystem::path& output, const std::vector<std::filesystem::path>& images,
                   const study::DxaOptions& options, const std::string& calibration, const std::string& marks) {
  using Json = nlohmann::ordered_json;
  const auto absolute = [](const std::filesystem::path& file) { return std::filesystem::absolute(file).string(); };
  Json run{{"schema", "osteocalc.run/1"}, {"study", Json::array()}, {"version", version()}, {"commit", commit()}};
  for (const std::filesystem::path& image : images)
    run["study"].push_back(absolute(image));
  Json& told = run["dxa"] = {{"reference", options.reference}};
  if (options.manufacturer)
    told["manufacturer"] = *options.manufacturer;
  if (options.age_years)
    told["age_years"] = *options.age_years;
  if (options.sex)
    told["sex"] = to_string(*options.sex);
  if (!options.race.empty())
    told["race"] = options.race;
  if (options.postmenopausal)
    told["postmenopausal"] = *options.postmenopausal;
  if (!calibration.empty())
    told["calibration"] = absolute(calibration);
  if (!marks.empty())
    told["marks"] = absolute(marks);
  report::write_text_file(output / "run.json", run.dump(2, ' ', false, decltype(run)::error_handler_t::replace) + "\n");
}

} // namespace osteocalc::app
