# SPDX-License-Identifier: Apache-2.0
# Every outside package, found once. Debian 12 names are in ./bootstrap.

find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(DCMTK REQUIRED)
find_package(OpenJPEG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ITK 5.2 REQUIRED COMPONENTS ITKCommon ITKIOImageBase ITKIONIFTI ITKConnectedComponents ITKLabelMap
  ITKImageLabel ITKDistanceMap ITKSmoothing ITKImageGrid ITKIOGDCM)
find_package(PkgConfig REQUIRED)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)
find_path(MUSTACHE_INCLUDE_DIR kainjow/mustache.hpp REQUIRED)

if(OSTEOCALC_DEVELOPER_MODE)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(GoogleTest)
endif()
