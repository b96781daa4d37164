#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_corpus.sh MAKE_SEEDS FOLDER: the seed corpus of each fuzz target, in every transfer syntax.
set -eu
make_seeds=$1 folder=$2
mkdir -p "$folder"
"$make_seeds" "$folder"
cd "$folder"
rm -rf dicom_pixels dicom_header
convert() { # NAME COMMAND...: what a tool cannot convert is left out
  name=$1
  shift
  for file in slice_0001 enhanced; do
    "$@" "dicom/$file.dcm" "dicom/${file}_$name.dcm" >/dev/null 2>&1 || rm -f "dicom/${file}_$name.dcm"
  done
}
convert implicit dcmconv +ti
convert big_endian dcmconv +tb
convert deflated dcmconv +td
convert no_preamble dcmconv -F +ti
convert rle dcmcrle
convert jpeg_sv1 dcmcjpeg +e1
convert jpeg_p14 dcmcjpeg +el
convert jpeg_extended dcmcjpeg +ee
convert jpeg_baseline dcmcjpeg +eb
convert jpeg_fragments dcmcjpeg +e1 +fs 1
convert jpegls dcmcjpls +el
convert jpegls_near dcmcjpls +en
convert j2k gdcmconv --j2k
convert j2k_lossy gdcmconv --j2k --lossy -q 50
convert gdcm_jpeg gdcmconv --jpeg
convert gdcm_rle gdcmconv --rle
cp -r dicom dicom_header
cp -r dicom dicom_pixels
