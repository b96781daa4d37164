// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/json_values.h"

namespace osteocalc::report {

Json to_json(const Issues& issues) {
  Json list = Json::array();
  for (const Issue& issue : issues)
    list.push_back(
        {{"level", to_string(issue.level)}, {"rule", issue.rule}, {"where", issue.where}, {"text", issue.text}});
  return list;
}

} // namespace osteocalc::report
