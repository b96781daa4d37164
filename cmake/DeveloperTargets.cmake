# SPDX-License-Identifier: Apache-2.0
# cmake --build build/release --target format | lint

find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
file(GLOB_RECURSE osteocalc_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/lib/*.h ${PROJECT_SOURCE_DIR}/lib/*.cpp ${PROJECT_SOURCE_DIR}/apps/*.h ${PROJECT_SOURCE_DIR}/apps/*.cpp
  ${PROJECT_SOURCE_DIR}/tests/*.h ${PROJECT_SOURCE_DIR}/tests/*.cpp)
if(CLANG_FORMAT)
  add_custom_target(format COMMAND ${CLANG_FORMAT} -i ${osteocalc_sources} VERBATIM)
  add_test(NAME format COMMAND ${CLANG_FORMAT} --dry-run --Werror ${osteocalc_sources})
  set_tests_properties(format PROPERTIES LABELS "unit")
endif()
if(RUN_CLANG_TIDY)
  add_custom_target(lint COMMAND ${RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR} "${PROJECT_SOURCE_DIR}/(lib|apps)/.*\\.cpp$" VERBATIM)
endif()
