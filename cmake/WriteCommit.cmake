# SPDX-License-Identifier: Apache-2.0
# Writes commit.h; touched only when the commit changes, so that nothing is rebuilt for nothing.
set(commit "unknown")
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE found
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    set(commit ${found})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define OSTEOCALC_COMMIT \"${commit}\"\n")
