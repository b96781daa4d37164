# SPDX-License-Identifier: Apache-2.0
# One function a kind of target, so that every module and every test is declared the same way.

add_library(osteocalc_warnings INTERFACE)
target_compile_options(osteocalc_warnings INTERFACE
  # GCC 12 reports overlap in std::string operator+ where there is none (GCC bug 105651): hence no-restrict.
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wno-restrict
  $<$<BOOL:${OSTEOCALC_WERROR}>:-Werror>)
if(OSTEOCALC_SANITIZE)
  target_compile_options(osteocalc_warnings INTERFACE -fsanitize=${OSTEOCALC_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(osteocalc_warnings INTERFACE -fsanitize=${OSTEOCALC_SANITIZE})
endif()

# osteocalc_module(NAME SOURCES a.cpp ... [PUBLIC targets ...] [PRIVATE targets ...])
function(osteocalc_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(osteocalc_${name} STATIC ${arg_SOURCES})
  add_library(osteocalc::${name} ALIAS osteocalc_${name})
  target_include_directories(osteocalc_${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(osteocalc_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} osteocalc_warnings)
endfunction()

# osteocalc_embed(tables/x.toml x_table): the file's text becomes the string x_table in the header x_table.h.
function(osteocalc_embed file name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  file(CONFIGURE OUTPUT ${name}.h @ONLY CONTENT
    "inline constexpr char @name@[] = R\"embedded(@text@)embedded\";\n")
endfunction()

# osteocalc_test(NAME SOURCES a_test.cpp ... [LIBRARIES targets ...] [LABELS labels ...] [ENVIRONMENT A=B ...] [TIMEOUT seconds])
function(osteocalc_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main osteocalc_warnings)
  set(temporary ${CMAKE_CURRENT_BINARY_DIR}/${name}_temporary)
  file(MAKE_DIRECTORY ${temporary})
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "RC_PARAMS=seed=20261122;TEST_TMPDIR=${temporary}/;${arg_ENVIRONMENT}")
endfunction()
