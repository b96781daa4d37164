// SPDX-License-Identifier: Apache-2.0
// Field offsets are those of the NIfTI-1 header, \cite nifti1.
#include "osteocalc/io/nifti_file.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <zlib.h>

namespace osteocalc::io {
namespace {

constexpr std::size_t header_bytes = 348, first_voxel = 352;
constexpr std::int32_t swapped_header_size = 0x5C010000; // 348 in the other byte order
constexpr std::size_t at_dim = 40, at_datatype = 70, at_bitpix = 72, at_pixdim = 76, at_vox_offset = 108,
                      at_slope = 112, at_intercept = 116, at_units = 123, at_qform_code = 252, at_sform_code = 254,
                      at_quaternion = 256, at_qoffset = 268, at_srow = 280, at_magic = 344;

/// NIfTI's x and y point to the right-hand side's opposite of ours: RAS there, LPS here.
constexpr Vec3 ras_to_lps{-1, -1, 1};

[[noreturn]] void fail(const std::string& name, const std::string& problem) {
  throw IoError(name + " " + problem);
}

void swap_values(std::span<std::byte> bytes, std::size_t value_bytes) {
  for (std::size_t i = 0; i + value_bytes <= bytes.size(); i += value_bytes)
    std::ranges::reverse(bytes.subspan(i, value_bytes));
}

/// The header's fields by offset, in either byte order.
struct Header {
  std::array<std::byte, header_bytes> bytes{};
  bool swapped = false;

  template <class T>
  [[nodiscard]] T get(std::size_t offset) const {
    std::array<std::byte, sizeof(T)> value{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(T), value.begin());
    if (swapped)
      std::ranges::reverse(value);
    return std::bit_cast<T>(value);
  }
  template <class T>
  void put(std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
  }
};

struct NumberType {
  std::int16_t code;
  std::size_t bytes;
  void (*to_doubles)(std::span<const std::byte>, std::span<double>);
};

template <class T>
constexpr NumberType number_type(std::int16_t code) {
  return {code, sizeof(T), [](std::span<const std::byte> from, std::span<double> to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
              T value;
              std::memcpy(&value, from.data() + i * sizeof(T), sizeof(T));
              to[i] = static_cast<double>(value);
            }
          }};
}

constexpr std::array<NumberType, 10> number_types{
    number_type<std::uint8_t>(2),     number_type<std::int16_t>(4),    number_type<std::int32_t>(8),
    number_type<float>(16),           number_type<double>(64),         number_type<std::int8_t>(256),
    number_type<std::uint16_t>(512),  number_type<std::uint32_t>(768), number_type<std::int64_t>(1024),
    number_type<std::uint64_t>(1280),
};

std::array<int, 3> size_of(const Header& header, const std::string& name) {
  std::array<int, 3> size{1, 1, 1};
  const int dimensions = header.get<std::int16_t>(at_dim);
  if (dimensions < 1 || dimensions > 7)
    fail(name, "has an impossible number of dimensions (it is damaged) copy the file again");
  for (int i = 0; i < dimensions; ++i) {
    const int extent = header.get<std::int16_t>(at_dim + 2 * static_cast<std::size_t>(i + 1));
    if (extent < 1)
      fail(name, "has an empty dimension (it is damaged) copy the file again");
    if (i < 3)
      size[static_cast<std::size_t>(i)] = extent;
    else if (extent != 1)
      fail(name, "holds several volumes (a measurement is of one) extract the one to measure");
  }
  return size;
}

/// Columns of the matrix from index to RAS, and the place of the first voxel.
struct Affine {
  std::array<Vec3, 3> columns{};
  Vec3 offset{};
};

Affine sform(const Header& header) {
  Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column)
      affine.columns[column][row] = header.get<float>(at_srow + 16 * row + 4 * column);
    affine.offset[row] = header.get<float>(at_srow + 16 * row + 12);
  }
  return affine;
}

Vec3 three_floats(const Header& header, std::size_t offset) {
  return {header.get<float>(offset), header.get<float>(offset + 4), header.get<float>(offset + 8)};
}

Affine qform(const Header& header) {
  const auto [b, c, d] = three_floats(header, at_quaternion);
  const double a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
  const Vec3 pixdim = three_floats(header, at_pixdim + 4);
  const double handedness = header.get<float>(at_pixdim) < 0 ? -1 : 1;
  return {{pixdim[0] * Vec3{a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)},
           pixdim[1] * Vec3{2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)},
           handedness * pixdim[2] * Vec3{2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c}},
          three_floats(header, at_qoffset)};
}

/// Without a transform nothing says which side is left: voxels are taken to lie in LPS order.
Affine voxel_sizes_only(const Header& header) {
  const Vec3 pixdim = three_floats(header, at_pixdim + 4);
  return {{Vec3{-pixdim[0], 0, 0}, Vec3{0, -pixdim[1], 0}, Vec3{0, 0, pixdim[2]}}, {0, 0, 0}};
}

double millimetres_per_unit(const Header& header) {
  switch (header.get<std::uint8_t>(at_units) & 7) {
  case 1:
    return 1000;
  case 3:
    return 0.001;
  default:
    return 1;
  }
}

VolumeGeometry geometry_of(const Affine& affine, const std::array<int, 3>& size, double unit_mm,
                           const std::string& name) {
  VolumeGeometry geometry;
  geometry.size = size;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Vec3 column = unit_mm * affine.columns[axis];
    geometry.spacing_mm[axis] = norm(column);
    if (!(geometry.spacing_mm[axis] > 0) || !std::isfinite(geometry.spacing_mm[axis]))
      throw GeometryError(name +
                          " has an axis without length (nothing can be measured in mm) correct its sform or qform");
    geometry.origin_mm[axis] = ras_to_lps[axis] * unit_mm * affine.offset[axis];
    for (std::size_t part = 0; part < 3; ++part)
      geometry.axes[axis][part] = ras_to_lps[part] * column[part] / geometry.spacing_mm[axis];
  }
  if (std::abs(dot(geometry.axes[0], cross(geometry.axes[1], geometry.axes[2]))) < 0.1)
    throw GeometryError(name + " has axes that span no space (nothing can be measured in mm) correct its sform");
  return geometry;
}

/// Every <Label Key="N" ...><![CDATA[NAME]]></Label> of an extension's text.
std::map<int, std::string> caret_labels(std::string_view text) {
  constexpr std::string_view key_mark = "<Label Key=\"", name_mark = "<![CDATA[", name_end = "]]>";
  std::map<int, std::string> names;
  for (std::size_t at = text.find(key_mark); at != std::string_view::npos; at = text.find(key_mark, at)) {
    at += key_mark.size();
    int key = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), key);
    const std::size_t name = text.find(name_mark, at), end = text.find(name_end, at);
    if (name == std::string_view::npos || end == std::string_view::npos || end < name)
      break;
    names.emplace(key, text.substr(name + name_mark.size(), end - name - name_mark.size()));
  }
  return names;
}

} // namespace

struct NiftiReader::Stream {
  explicit Stream(const std::filesystem::path& file) : handle(gzopen(file.c_str(), "rb")) {
    if (handle != nullptr)
      gzbuffer(handle, 1U << 18U);
  }
  ~Stream() {
    if (handle != nullptr)
      gzclose(handle);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  gzFile handle; // zlib reads plain files through the same calls
};

NiftiReader::NiftiReader(const std::filesystem::path& file)
    : stream_(std::make_unique<Stream>(file)), name_(file.filename().string()) {
  Header header;
  if (stream_->handle == nullptr ||
      gzread(stream_->handle, header.bytes.data(), header_bytes) != static_cast<int>(header_bytes))
    fail(name_, "cannot be read as NIfTI (there is nothing to measure) check the path and the file");
  header.swapped = header.get<std::int32_t>(0) == swapped_header_size;
  if (header.get<std::int32_t>(0) != static_cast<int>(header_bytes) ||
      std::memcmp(&header.bytes[at_magic], "n+1", 4) != 0)
    fail(name_, "is no NIfTI-1 file (there is nothing to measure) convert it to .nii.gz");
  swapped_ = header.swapped;
  has_orientation_ = header.get<std::int16_t>(at_sform_code) > 0 || header.get<std::int16_t>(at_qform_code) > 0;
  const Affine affine = header.get<std::int16_t>(at_sform_code) > 0   ? sform(header)
                        : header.get<std::int16_t>(at_qform_code) > 0 ? qform(header)
                                                                      : voxel_sizes_only(header);
  geometry_ = geometry_of(affine, size_of(header, name_), millimetres_per_unit(header), name_);
  const auto type = std::ranges::find(number_types, header.get<std::int16_t>(at_datatype), &NumberType::code);
  if (type == number_types.end())
    fail(name_, "has no single real number a voxel (HU and labels are one) convert it to int16");
  value_bytes_ = type->bytes;
  to_doubles_ = type->to_doubles;
  const float slope = header.get<float>(at_slope), intercept = header.get<float>(at_intercept);
  if (std::isfinite(slope) && slope != 0 && std::isfinite(intercept)) { // 0 means: not rescaled
    slope_ = slope;
    intercept_ = intercept;
  }
  const float offset = header.get<float>(at_vox_offset);
  if (!(offset >= header_bytes && offset < 64e6F))
    fail(name_, "does not say where its voxels begin (it is damaged) copy the file again");
  constexpr double most_inflation = 1100; // of deflate
  const double promised = offset + static_cast<double>(value_bytes_) * static_cast<double>(voxel_count(geometry_));
  std::error_code unknown_size;
  const std::uintmax_t file_bytes = std::filesystem::file_size(file, unknown_size);
  if (!unknown_size && promised > most_inflation * static_cast<double>(file_bytes))
    fail(name_, "is far too short for the voxels its header promises (it is damaged) copy the file again");
  std::vector<std::byte> extensions(static_cast<std::size_t>(offset) - header_bytes);
  read_bytes(extensions);
  label_names_ = caret_labels({reinterpret_cast<const char*>(extensions.data()), extensions.size()});
  slices_left_ = geometry_.size[2];
}

NiftiReader::~NiftiReader() = default;

void NiftiReader::read_bytes(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t wanted = std::min<std::size_t>(bytes.size(), 1U << 30U);
    const int got = gzread(stream_->handle, bytes.data(), static_cast<unsigned>(wanted));
    if (got <= 0)
      fail(name_, "ends before its voxels do or is damaged (what is missing cannot be measured) copy the file again");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::span<const double> NiftiReader::next_slice() {
  OSTEOCALC_EXPECT(slices_left_ > 0);
  values_.resize(static_cast<std::size_t>(geometry_.size[0]) * static_cast<std::size_t>(geometry_.size[1]));
  raw_.resize(values_.size() * value_bytes_);
  read_bytes(raw_);
  if (swapped_)
    swap_values(raw_, value_bytes_);
  to_doubles_(raw_, values_);
  if (slope_ != 1 || intercept_ != 0)
    for (double& value : values_)
      value = slope_ * value + intercept_;
  if (--slices_left_ == 0)
    check_end();
  return values_;
}

/// zlib compares the checksum when it is asked for what lies beyond the last voxel.
void NiftiReader::check_end() {
  char beyond = 0;
  int status = Z_OK;
  const int got = gzread(stream_->handle, &beyond, 1);
  gzerror(stream_->handle, &status);
  if (got < 0 || status != Z_OK)
    fail(name_, "is damaged: its checksum does not match (values may be wrong) copy the file again");
}

namespace {

/// Quaternion (b, c, d) of a rotation given by its columns, with a >= 0.
Vec3 quaternion_of(const std::array<Vec3, 3>& columns) {
  const auto m = [&](std::size_t row, std::size_t column) { return columns[column][row]; };
  // Of the four components the largest is taken from the diagonal, the others from sums and differences with it.
  const std::array<double, 4> squares{1 + m(0, 0) + m(1, 1) + m(2, 2), 1 + m(0, 0) - m(1, 1) - m(2, 2),
                                      1 - m(0, 0) + m(1, 1) - m(2, 2), 1 - m(0, 0) - m(1, 1) + m(2, 2)};
  const std::array<std::array<double, 4>, 4> products{
      {{squares[0], m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)},
       {m(2, 1) - m(1, 2), squares[1], m(1, 0) + m(0, 1), m(0, 2) + m(2, 0)},
       {m(0, 2) - m(2, 0), m(1, 0) + m(0, 1), squares[2], m(2, 1) + m(1, 2)},
       {m(1, 0) - m(0, 1), m(0, 2) + m(2, 0), m(2, 1) + m(1, 2), squares[3]}}};
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(squares) - squares.begin());
  const auto& q = products[largest];
  const double scale = (q[0] < 0 ? -0.5 : 0.5) / std::sqrt(squares[largest]);
  return {scale * q[1], scale * q[2], scale * q[3]};
}

bool orthonormal(const std::array<Vec3, 3>& axes) {
  return std::max({std::abs(dot(axes[0], axes[1])), std::abs(dot(axes[1], axes[2])), std::abs(dot(axes[2], axes[0])),
                   std::abs(norm(axes[2]) - 1)}) < 1e-4;
}

Header header_for(const VolumeGeometry& geometry, NiftiType type) {
  Header header;
  header.put(0, static_cast<std::int32_t>(header_bytes));
  header.put(at_dim, std::int16_t{3});
  for (std::size_t i = 1; i < 8; ++i)
    header.put(at_dim + 2 * i, static_cast<std::int16_t>(i <= 3 ? geometry.size[i - 1] : 1));
  header.put(at_datatype, std::int16_t{type == NiftiType::Int16 ? std::int16_t{4} : std::int16_t{512}});
  header.put(at_bitpix, std::int16_t{16});
  header.put(at_vox_offset, static_cast<float>(first_voxel));
  header.put(at_slope, 1.0F);
  header.put(at_units, char{2}); // mm
  std::array<Vec3, 3> ras = geometry.axes;
  for (std::size_t row = 0; row < 3; ++row) {
    const double origin = ras_to_lps[row] * geometry.origin_mm[row];
    header.put(at_srow + 16 * row + 12, static_cast<float>(origin));
    header.put(at_qoffset + 4 * row, static_cast<float>(origin));
    header.put(at_pixdim + 4 * (row + 1), static_cast<float>(geometry.spacing_mm[row]));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      ras[axis][row] *= ras_to_lps[row];
      header.put(at_srow + 16 * row + 4 * axis, static_cast<float>(geometry.spacing_mm[axis] * ras[axis][row]));
    }
  }
  header.put(at_sform_code, std::int16_t{1}); // scanner coordinates
  const bool mirrored = dot(cross(ras[0], ras[1]), ras[2]) < 0;
  header.put(at_pixdim, mirrored ? -1.0F : 1.0F);
  if (orthonormal(ras)) {
    if (mirrored)
      ras[2] = -1.0 * ras[2];
    const Vec3 quaternion = quaternion_of(ras);
    for (std::size_t i = 0; i < 3; ++i)
      header.put(at_quaternion + 4 * i, static_cast<float>(quaternion[i]));
    header.put(at_qform_code, std::int16_t{1});
  }
  std::memcpy(&header.bytes[at_magic], "n+1", 4);
  return header;
}

} // namespace

void write_nifti_file(const std::filesystem::path& file, const VolumeGeometry& geometry, NiftiType type,
                      std::span<const std::byte> voxels) {
  OSTEOCALC_EXPECT(voxels.size() == 2 * voxel_count(geometry));
  const Header header = header_for(geometry, type);
  const std::filesystem::path partial = file.string() + ".partial"; // nobody finds half a file under its name
  // Level 1: label maps shrink a hundredfold at any level, and the higher ones take several times as long.
  gzFile out = gzopen(partial.c_str(), file.extension() == ".gz" ? "wb1" : "wbT");
  const std::array<std::byte, first_voxel - header_bytes> no_extension{};
  bool written = out != nullptr && gzwrite(out, header.bytes.data(), header_bytes) == static_cast<int>(header_bytes) &&
                 gzwrite(out, no_extension.data(), no_extension.size()) == static_cast<int>(no_extension.size());
  while (written && !voxels.empty()) {
    const auto part = voxels.first(std::min<std::size_t>(voxels.size(), 1U << 24U));
    written = gzwrite(out, part.data(), static_cast<unsigned>(part.size())) == static_cast<int>(part.size());
    voxels = voxels.subspan(part.size());
  }
  const bool closed = out != nullptr && gzclose(out) == Z_OK;
  std::error_code failed;
  if (written && closed)
    std::filesystem::rename(partial, file, failed);
  if (!written || !closed || failed) {
    std::filesystem::remove(partial, failed);
    fail(file.filename().string(),
         "cannot be written (the result would be lost) check the folder and the disk's space");
  }
}

} // namespace osteocalc::io
