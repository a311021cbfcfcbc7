"""Quantizes a GGUF file with the llama.cpp library that the npm package node-llama-cpp ships; nothing is built.

    python3 quantize.py LIBRARY_FOLDER demo-F16.gguf OUTPUT_PREFIX [--types Q8_0 Q4_K_M ...]
"""
from __future__ import annotations

import argparse
import ctypes
import sys
from pathlib import Path

# llama.h of llama.cpp v0.5.0 (node-llama-cpp 3.22.1); to be checked again when that version moves
FILE_TYPES = {"Q8_0": 7, "Q2_K": 10, "Q3_K_S": 11, "Q4_K_M": 15, "Q5_K_M": 17, "Q6_K": 18}
LARGEST_BUFFER_BYTES = 8 << 30


class QuantizeParameters(ctypes.Structure):
    """llama_model_quantize_params of the same version."""

    _fields_ = [
        ("thread_count", ctypes.c_int32),
        ("file_type", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        ("allow_requantize", ctypes.c_bool),
        ("quantize_output_tensor", ctypes.c_bool),
        ("only_copy", ctypes.c_bool),
        ("pure", ctypes.c_bool),
        ("keep_split", ctypes.c_bool),
        ("dry_run", ctypes.c_bool),
        ("importance_matrix", ctypes.c_void_p),
        ("metadata_overrides", ctypes.c_void_p),
        ("tensor_type_overrides", ctypes.c_void_p),
        ("pruned_layers", ctypes.c_void_p),
        ("largest_buffer_bytes", ctypes.c_size_t),
    ]


LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)


def load_library(folder: Path) -> ctypes.CDLL:
    """Loads libllama and what it depends on. Raises FileNotFoundError when the folder doesn't hold them."""
    libraries = []
    for pattern in ("libggml-base.so*", "libggml.*so*", "libllama.*so*"):
        found = sorted(folder.glob(pattern))
        if not found:
            raise FileNotFoundError(f"no {pattern} in {folder}; expected node-llama-cpp's folder of shared libraries")
        libraries.append(ctypes.CDLL(str(found[0]), mode=ctypes.RTLD_GLOBAL))
    llama = libraries[-1]
    llama.llama_model_quantize_default_params.restype = QuantizeParameters
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(QuantizeParameters)]
    llama.llama_model_quantize.restype = ctypes.c_uint32
    llama.llama_version.restype = ctypes.c_char_p
    return llama


def check_layout(defaults: QuantizeParameters) -> None:
    """Compares the library's defaults with the documented ones: a shifted structure shows itself here."""
    as_documented = (
        defaults.thread_count == 0
        and defaults.output_tensor_type == defaults.token_embedding_type
        and defaults.quantize_output_tensor
        and not defaults.only_copy
        and not defaults.pure
        and not defaults.importance_matrix
        and defaults.largest_buffer_bytes == LARGEST_BUFFER_BYTES
    )
    if not as_documented:
        values = {name: getattr(defaults, name) for name, _ in QuantizeParameters._fields_}
        raise RuntimeError(f"this llama.cpp lays its quantization parameters out differently: {values}")


def quantize(llama: ctypes.CDLL, source: Path, target: Path, file_type: int) -> None:
    """Writes one quantized file, on one thread. Raises RuntimeError when llama.cpp refuses."""
    parameters = llama.llama_model_quantize_default_params()
    parameters.file_type = file_type
    parameters.thread_count = 1
    status = llama.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    if status != 0:
        raise RuntimeError(f"llama.cpp could not write {target} (status {status}); run again with --verbose")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library_folder", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("output_prefix", help="the type and .gguf are appended")
    parser.add_argument("--types", nargs="+", choices=FILE_TYPES, default=list(FILE_TYPES))
    parser.add_argument("--verbose", action="store_true", help="print llama.cpp's log")
    arguments = parser.parse_args()

    llama = load_library(arguments.library_folder)

    @LogCallback
    def log(_level: int, text: bytes, _data: int | None) -> None:
        if arguments.verbose:
            sys.stderr.write(text.decode(errors="replace"))

    llama.llama_log_set(log, None)
    check_layout(llama.llama_model_quantize_default_params())
    llama.llama_backend_init()
    print("llama.cpp", llama.llama_version().decode())
    print(f"{'source':8s} {arguments.source.stat().st_size:>10d} bytes")
    for name in arguments.types:
        target = Path(f"{arguments.output_prefix}{name}.gguf")
        quantize(llama, arguments.source, target, FILE_TYPES[name])
        print(f"{name:8s} {target.stat().st_size:>10d} bytes")


if __name__ == "__main__":
    main()
