/**
 * Reads a Python pickle as plain data. A pickle is a program for a stack machine, and Python's own reader imports and calls what it
 * names. This one has no way to call anything: the names in pickle-globals.ts make data, every other name is refused, and so are
 * instructions that torch.save never writes. Work and memory are linear in the length of the file.
 */
import { ModelFileError } from './errors.ts';
import { inertName, makers, refuseGlobal, storageName } from './pickle-globals.ts';
import { PickledGlobal, PickledObject, PickledTensor, type PickleValue } from './pickle-values.ts';

/** Puts together what a persistent id stands for. @throws ModelFileError */
export type PersistentLoad = (id: PickleValue) => PickleValue;

export interface Unpickled {
  readonly value: PickleValue;
  /** Where the pickle ends. */
  readonly end: number;
}

const utf8 = new TextDecoder('utf-8');

/** Instructions by their byte (docs.python.org, module pickletools). */
const op = {
  mark: 0x28,
  emptyTuple: 0x29,
  stop: 0x2e,
  pop: 0x30,
  popMark: 0x31,
  dup: 0x32,
  binBytes: 0x42,
  shortBinBytes: 0x43,
  binFloat: 0x47,
  binInt: 0x4a,
  binInt1: 0x4b,
  binInt2: 0x4d,
  none: 0x4e,
  binPersId: 0x51,
  reduce: 0x52,
  binString: 0x54,
  shortBinString: 0x55,
  binUnicode: 0x58,
  emptyList: 0x5d,
  append: 0x61,
  build: 0x62,
  global: 0x63,
  dict: 0x64,
  appends: 0x65,
  binGet: 0x68,
  longBinGet: 0x6a,
  list: 0x6c,
  binPut: 0x71,
  longBinPut: 0x72,
  setItem: 0x73,
  tuple: 0x74,
  setItems: 0x75,
  emptyDict: 0x7d,
  proto: 0x80,
  newObj: 0x81,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  newTrue: 0x88,
  newFalse: 0x89,
  long1: 0x8a,
  long4: 0x8b,
  shortBinUnicode: 0x8c,
  binUnicode8: 0x8d,
  binBytes8: 0x8e,
  emptySet: 0x8f,
  addItems: 0x90,
  frozenSet: 0x91,
  stackGlobal: 0x93,
  memoize: 0x94,
  frame: 0x95,
} as const;

/** @param start where it begins in `bytes` @throws ModelFileError */
export function unpickle(bytes: Uint8Array, start: number, persistentLoad: PersistentLoad): Unpickled {
  return new Unpickler(bytes, start, persistentLoad).run();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #persistentLoad: PersistentLoad;
  #at: number;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at which a group begins. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Classes that are not known to be harmless: each must turn out to be a module's, whose fields alone are read. */
  readonly #unproven = new Set<PickledGlobal>();
  readonly #objects: PickledObject[] = [];

  constructor(bytes: Uint8Array, start: number, persistentLoad: PersistentLoad) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#persistentLoad = persistentLoad;
  }

  run(): Unpickled {
    for (;;) {
      const code = this.#byte();
      if (code === op.stop) break;
      this.#step(code);
    }
    const value = this.#pop();
    for (const { className, fields } of this.#objects)
      if (!isModule(fields) && !inertName.test(className)) refuseGlobal(className);
    for (const { name } of this.#unproven) refuseGlobal(name);
    return { value, end: this.#at };
  }

  #step(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case op.proto:
        return void this.#byte();
      case op.frame:
        return void this.#length8();
      case op.mark:
        return void this.#marks.push(stack.length);
      case op.pop:
        return void this.#pop();
      case op.popMark:
        return void this.#group();
      case op.dup:
        return void stack.push(this.#top());

      case op.none:
        return void stack.push(null);
      case op.newTrue:
        return void stack.push(true);
      case op.newFalse:
        return void stack.push(false);
      case op.binInt:
        return void stack.push(this.#view.getInt32(this.#take(4), true));
      case op.binInt1:
        return void stack.push(this.#byte());
      case op.binInt2:
        return void stack.push(this.#view.getUint16(this.#take(2), true));
      case op.long1:
        return void stack.push(this.#long(this.#byte()));
      case op.long4:
        return void stack.push(this.#long(this.#length4()));
      case op.binFloat:
        return void stack.push(this.#view.getFloat64(this.#take(8), false));

      case op.shortBinUnicode:
      case op.shortBinString:
        return void stack.push(this.#text(this.#byte()));
      case op.binUnicode:
      case op.binString:
        return void stack.push(this.#text(this.#length4()));
      case op.binUnicode8:
        return void stack.push(this.#text(this.#length8()));
      case op.shortBinBytes:
        return void stack.push(this.#slice(this.#byte()));
      case op.binBytes:
        return void stack.push(this.#slice(this.#length4()));
      case op.binBytes8:
        return void stack.push(this.#slice(this.#length8()));

      case op.emptyList:
      case op.emptyTuple:
      case op.emptySet:
        return void stack.push([]);
      case op.emptyDict:
        return void stack.push(new Map());
      case op.tuple:
      case op.list:
      case op.frozenSet:
        return void stack.push(this.#group());
      case op.tuple1:
      case op.tuple2:
      case op.tuple3:
        return void stack.push(this.#popMany(code - op.tuple1 + 1));
      case op.dict: {
        const made = new Map<PickleValue, PickleValue>();
        this.#setItems(made, this.#group());
        return void stack.push(made);
      }
      case op.append: {
        const item = this.#pop();
        return void this.#topArray().push(item);
      }
      case op.appends:
      case op.addItems: {
        const items = this.#group();
        const into = this.#topArray();
        for (const item of items) into.push(item);
        return;
      }
      case op.setItem: {
        const pair = this.#popMany(2);
        return this.#setItems(this.#topMap(), pair);
      }
      case op.setItems: {
        const items = this.#group();
        return this.#setItems(this.#topMap(), items);
      }

      case op.binGet:
        return void stack.push(this.#recall(this.#byte()));
      case op.longBinGet:
        return void stack.push(this.#recall(this.#length4()));
      case op.binPut:
        return void this.#memo.set(this.#byte(), this.#top());
      case op.longBinPut:
        return void this.#memo.set(this.#length4(), this.#top());
      case op.memoize:
        return void this.#memo.set(this.#memo.size, this.#top());

      case op.global: {
        const module = this.#line();
        return void stack.push(this.#global(`${module}.${this.#line()}`));
      }
      case op.stackGlobal: {
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw this.#damaged();
        return void stack.push(this.#global(`${module}.${name}`));
      }
      case op.reduce: {
        const [callee, args] = this.#popMany(2);
        return void stack.push(this.#call(callee!, args!));
      }
      case op.newObj: {
        const [type, args] = this.#popMany(2);
        return void stack.push(this.#instance(type!, args!));
      }
      case op.build: {
        const state = this.#pop();
        return this.#build(this.#top(), state);
      }
      case op.binPersId:
        return void stack.push(this.#persistentLoad(this.#pop()));
      default:
        throw new ModelFileError(
          `The file is damaged, or no model of torch.save: byte ${this.#at - 1} is the instruction 0x${code.toString(16)}, which that never writes.`,
        );
    }
  }

  #global(name: string): PickledGlobal {
    const global = new PickledGlobal(name);
    if (!makers.has(name) && !storageName.test(name) && !inertName.test(name)) this.#unproven.add(global);
    return global;
  }

  #call(callee: PickleValue, args: PickleValue): PickleValue {
    if (!(callee instanceof PickledGlobal) || !Array.isArray(args)) throw this.#damaged();
    const make = makers.get(callee.name) ?? refuseGlobal(callee.name);
    return make(args, callee.name);
  }

  /** An object that was made without its class' code, which is not here. */
  #instance(type: PickleValue, args: PickleValue): PickleValue {
    if (!(type instanceof PickledGlobal) || !Array.isArray(args)) throw this.#damaged();
    const make = makers.get(type.name);
    if (make) return make(args, type.name);
    if (args.length > 0) refuseGlobal(type.name);
    this.#unproven.delete(type);
    const object = new PickledObject(type.name);
    this.#objects.push(object);
    return object;
  }

  #build(target: PickleValue, state: PickleValue): void {
    if (target instanceof PickledObject) {
      if (!(state instanceof Map)) refuseGlobal(target.className);
      target.fields = state;
      return;
    }
    // Attributes of a dictionary (the versions of a state dict's modules) and of tensors say nothing of the numbers.
    if (!(target instanceof Map) && !(target instanceof PickledTensor)) throw this.#damaged();
  }

  #setItems(into: Map<PickleValue, PickleValue>, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw this.#damaged();
    for (let i = 0; i < items.length; i += 2) into.set(items[i]!, items[i + 1]!);
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.#damaged();
    return value;
  }

  #topArray(): PickleValue[] {
    const top = this.#top();
    if (!Array.isArray(top)) throw this.#damaged();
    return top;
  }

  #topMap(): Map<PickleValue, PickleValue> {
    const top = this.#top();
    if (!(top instanceof Map)) throw this.#damaged();
    return top;
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length - (this.#marks.at(-1) ?? 0) < count) throw this.#damaged();
    return this.#stack.splice(this.#stack.length - count);
  }

  /** What was pushed since the last mark. */
  #group(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#damaged();
    return this.#stack.splice(mark);
  }

  #recall(key: number): PickleValue {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#damaged();
    return value;
  }

  /** Where `count` bytes begin that are taken now. */
  #take(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw this.#cutOff();
    this.#at += count;
    return from;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #length4(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #length8(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  #slice(length: number): Uint8Array {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  #text(length: number): string {
    return utf8.decode(this.#slice(length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#cutOff();
    const text = utf8.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** Two's complement, little-endian; beyond 2^53 rounded, which only versions and magic numbers are. */
  #long(length: number): number {
    const digits = this.#slice(length);
    let value = 0;
    for (let i = digits.length - 1; i >= 0; i--) value = value * 256 + digits[i]!;
    return (digits.at(-1) ?? 0) & 0x80 ? value - 256 ** digits.length : value;
  }

  #damaged(): ModelFileError {
    return new ModelFileError(`The file is damaged near byte ${this.#at}: its parts do not fit together.`);
  }

  #cutOff(): ModelFileError {
    return new ModelFileError(`The file ends at byte ${this.#bytes.length}, in the middle of a part: it is cut off.`);
  }
}

/** Every module of PyTorch has these. */
function isModule(fields: ReadonlyMap<PickleValue, PickleValue>): boolean {
  return fields.get('_parameters') instanceof Map && fields.get('_modules') instanceof Map;
}
