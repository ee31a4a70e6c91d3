/** `model.py`: rebuilds a network as a PyTorch module and loads its parameters. Needs nothing but PyTorch. */
import type { Architecture } from '../../model/spec.ts';
import type { DataSizes } from '../../model/task-model.ts';
import { networkCode } from './network.ts';
import { definitions, lines } from './python.ts';

export function modelPy(architecture: Architecture, data: DataSizes): string {
  const { constants, definitions: own, sizes } = networkCode(architecture, data);
  const tied = architecture.tie && (architecture.task === 'translation' ? 'tgt_emb' : 'emb');
  const made = `Network(${sizes.map(([name, value]) => `${name}=${value}`).join(', ')})`;
  return (
    definitions(
      lines(
        '"""The network of this export in PyTorch: `from model import load; model = load()`. Sequences are time-major."""',
        'import json',
        'import os',
        'import struct',
        '',
        'import torch',
        own.some((code) => code.includes('F.')) && 'import torch.nn.functional as F',
        'from torch import nn',
        '',
        constants,
      ),
      ...own,
      safetensorsReader,
      lines(
        'def load(path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.safetensors")):',
        '    """The trained network, ready to be used."""',
        `    model = ${made}`,
        tied ? '    parameters = read_safetensors(path)' : '    model.load_state_dict(read_safetensors(path))',
        tied && `    model.load_state_dict({**parameters, "out.weight": parameters["${tied}.weight"]})`,
        '    return model.eval()',
      ),
      lines('if __name__ == "__main__":', '    print(load())'),
    ) + '\n'
  );
}

/** Eight bytes with the header's length, the header in JSON, the numbers. */
export const safetensorsReader = `\
def read_safetensors(path):
    """The float32 tensors of a safetensors file by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            numbers = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
            tensors[name] = numbers.reshape(entry["shape"]).clone()
    return tensors`;
