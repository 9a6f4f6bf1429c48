"""The classic BPF machine (bpf(4); McCanne and Jacobson, 1993), for programs that ask for the wire length.

libpcap runs all others, thirty times as fast; through pcapy-ng it cannot be told the length on the wire.
"""

from __future__ import annotations

Program = list[tuple[int, int, int, int]]
"""(code, jump if true, jump if false, k), as pcapy-ng's `get_bpf()` returns them."""

_LD, _LDX, _ST, _STX, _ALU, _JMP, _RET, _MISC = range(8)
_IMM, _ABS, _IND, _MEM, _LEN, _MSH = 0x00, 0x20, 0x40, 0x60, 0x80, 0xA0
_SIZES = {0x00: 4, 0x08: 2, 0x10: 1}
_WORD = 0xFFFF_FFFF

_KERNEL_OFFSETS = 0xFFFF_F000
"""From SKF_AD_OFF on, an absolute load asks the Linux kernel for something that is not in the packet."""


def asks_length(program: Program) -> bool:
    """Tell whether a program loads the packet's length on the wire."""
    return any(code & 7 in {_LD, _LDX} and code & 0xE0 == _LEN for code, _, _, _ in program)


def asks_kernel(program: Program) -> bool:
    """Tell whether a program asks for what the kernel knows of a packet beside its bytes."""
    return any(code & 7 == _LD and code & 0xE0 == _ABS and k & _WORD >= _KERNEL_OFFSETS for code, _, _, k in program)


def run(program: Program, data: bytes, wire_len: int) -> int:
    """Return what the program returns: 0 when the packet does not match."""
    a = x = pc = 0
    memory = [0] * 16
    while True:
        code, if_true, if_false, k = program[pc]
        pc += 1
        kind = code & 7
        k &= _WORD
        if kind == _JMP:
            pc += k if code & 0xF0 == 0 else if_true if _test(code, a, x if code & 8 else k) else if_false
        elif kind in {_LD, _LDX}:
            value = _load(code, k, x, data, wire_len, memory)
            if value is None:
                return 0
            a, x = (value, x) if kind == _LD else (a, value)
        elif kind == _ALU:
            value = _compute(code, a, x if code & 8 else k)
            if value is None:
                return 0
            a = value
        elif kind == _RET:
            return a if code & 0x18 == 0x10 else k
        elif kind == _MISC:
            a, x = (x, x) if code & 0x80 else (a, a)
        else:
            memory[k] = a if kind == _ST else x


def _load(code: int, k: int, x: int, data: bytes, wire_len: int, memory: list[int]) -> int | None:
    """Return what a load instruction gives, None beyond the end of the captured bytes."""
    mode = code & 0xE0
    if mode == _IMM:
        return k
    if mode == _MEM:
        return memory[k]
    if mode == _LEN:
        return wire_len & _WORD
    if mode == _MSH:  # four times the low half of a byte: the length of an IPv4 header
        return (data[k] & 15) * 4 if k < len(data) else None
    start = k + x if mode == _IND else k
    end = start + _SIZES[code & 0x18]
    return int.from_bytes(data[start:end], "big") if end <= len(data) else None


def _test(code: int, a: int, operand: int) -> bool:
    operation = code & 0xF0
    if operation == 0x10:
        return a == operand
    if operation == 0x20:
        return a > operand
    if operation == 0x30:
        return a >= operand
    return bool(a & operand)


def _compute(code: int, a: int, operand: int) -> int | None:
    """Return the accumulator after an arithmetic instruction, None for a division by zero."""
    operation = code & 0xF0
    if operation in {0x30, 0x90}:
        if not operand:
            return None
        return a // operand if operation == 0x30 else a % operand
    if operation in {0x60, 0x70}:
        if operand > 31:
            return 0
        return (a << operand if operation == 0x60 else a >> operand) & _WORD
    results = {
        0x00: a + operand,
        0x10: a - operand,
        0x20: a * operand,
        0x40: a | operand,
        0x50: a & operand,
        0x80: -a,
        0xA0: a ^ operand,
    }
    return results[operation] & _WORD
