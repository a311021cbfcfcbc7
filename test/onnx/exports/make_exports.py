"""Exports tiny encoders with random weights to ONNX and writes what PyTorch computes with them.

    python3 make_exports.py .

Made with PyTorch 2.13.0, transformers 5.18.0, onnx 1.23.1, onnxscript 0.7.2 and onnxruntime 1.30.0.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    DebertaConfig,
    DebertaModel,
    DistilBertConfig,
    DistilBertModel,
    MPNetConfig,
    MPNetModel,
    RobertaConfig,
    RobertaModel,
)

LAYERS = 2
IDS = [[2, 17, 5, 33, 9, 3], [2, 41, 8, 3]]
SHAPE = dict(vocab_size=48, hidden_size=16, num_attention_heads=2, intermediate_size=32, max_position_embeddings=40)
DISTILBERT_SHAPE = dict(vocab_size=48, dim=16, n_heads=2, n_layers=LAYERS, hidden_dim=32, max_position_embeddings=40)

# name -> (model, whether it reads token types)
ENCODERS = {
    "bert": (BertModel, BertConfig(**SHAPE, num_hidden_layers=LAYERS), True),
    "bert-dynamo": (BertModel, BertConfig(**SHAPE, num_hidden_layers=LAYERS), True),
    "bert-words": (BertForMaskedLM, BertConfig(**SHAPE, num_hidden_layers=LAYERS), True),
    "roberta": (RobertaModel, RobertaConfig(**SHAPE, num_hidden_layers=LAYERS), False),
    "mpnet": (MPNetModel, MPNetConfig(**SHAPE, num_hidden_layers=LAYERS), False),
    "distilbert": (DistilBertModel, DistilBertConfig(**DISTILBERT_SHAPE), False),
    "deberta": (
        DebertaModel,
        DebertaConfig(**SHAPE, num_hidden_layers=LAYERS, relative_attention=True, pos_att_type=["c2p", "p2c"]),
        True,
    ),
}


class Exported(torch.nn.Module):
    """Takes its inputs by position and gives one output, as an export for feature extraction (or for masked words) does."""

    def __init__(self, model: torch.nn.Module, reads_types: bool) -> None:
        super().__init__()
        self.model = model
        self.reads_types = reads_types

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None):
        types = dict(token_type_ids=token_type_ids) if self.reads_types else {}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types)[0]


def without_notes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Drops what the newer exporter notes beside the computation: the source lines each node came from."""
    model.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for part in [*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    return model


def export(name: str, folder: Path, operator_set: int) -> dict:
    """Writes one model and returns the hidden states of each text, unpadded, layer by layer."""
    kind, config, reads_types = ENCODERS[name]
    config._attn_implementation = "eager"
    torch.manual_seed(1)
    model = kind(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if reads_types else [])
    example = torch.tensor([IDS[0], IDS[0]])
    values = (example, torch.ones_like(example), torch.zeros_like(example))[: len(inputs)]
    output = "logits" if name == "bert-words" else "last_hidden_state"
    names = [*inputs, output]
    file = folder / f"{name}.onnx"
    if name == "bert-dynamo":
        sizes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
        options = dict(dynamo=True, external_data=False, dynamic_shapes=[sizes] * len(inputs), opset_version=18)
    else:
        options = dict(dynamo=False, dynamic_axes={key: {0: "batch", 1: "sequence"} for key in names}, opset_version=operator_set)
    exported = Exported(model, reads_types).eval()
    torch.onnx.export(exported, values, str(file), input_names=inputs, output_names=[output], **options)
    onnx.save(without_notes(onnx.load(file)), file)
    hidden = []
    for ids in IDS:
        batch = torch.tensor([ids])
        with torch.no_grad():
            states = model(input_ids=batch, attention_mask=torch.ones_like(batch), output_hidden_states=True).hidden_states
        hidden.append([[round(value, 6) for value in layer.flatten().tolist()] for layer in states])
    return {"file": file.name, "hidden": hidden}


def main(folder: Path) -> None:
    models = {}
    for name in ENCODERS:
        models[name] = export(name, folder, operator_set=17 if name == "roberta" else 14)
    quantize_dynamic(folder / "bert.onnx", folder / "bert-int8.onnx", weight_type=QuantType.QInt8)
    external = onnx.load(folder / "bert.onnx")
    onnx.save_model(
        external, folder / "bert-external.onnx", save_as_external_data=True, location="bert-external.onnx_data", size_threshold=256
    )
    try:
        from onnxruntime.transformers.float16 import convert_float_to_float16

        half = convert_float_to_float16(onnx.load(folder / "bert.onnx"), keep_io_types=False)
        onnx.save(half, folder / "bert-fp16.onnx")
    finally:
        (folder / "expected.json").write_text(json.dumps({"layers": LAYERS, "ids": IDS, "models": models}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
