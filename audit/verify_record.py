"""Checks an exported record of Tractatus with nothing but Python, 3.8 or later.

python verify_record.py FOLDER [--receipt FILE] [--older CHECKPOINT]    the whole record, and that it keeps to these
python verify_record.py --proof FILE    one proof, as the interface gives it; a FOLDER with proofs/ in it has many

Exits 0 and says what was verified, or 1 and says what is wrong. --vkey FILE is the public key you know the log by;
without it the key that came with the files is taken, which then only shows that they belong together.
"""
import argparse, functools, json, re, sys  # noqa: E401, I001
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def add(p, q):  # on the curve of Ed25519: RFC 8032, section 5.1
    t = D * p[0] * q[0] * p[1] * q[1]
    return (p[0] * q[1] + q[0] * p[1]) * pow(1 + t, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, P) % P
def times(number, p):
    return add(times(number >> 1, add(p, p)), p if number & 1 else (0, 1)) if number else (0, 1)
def point(octets):
    y = int.from_bytes(octets, "little") & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if len(octets) != 32 or y >= P or x * x % P != square:
        raise ValueError("A key or a signature is damaged.")
    return (x if x & 1 == octets[31] >> 7 else P - x), y
@functools.lru_cache(None)  # the proofs of a folder have few checkpoints
def is_signed(text, signature, key):
    h = int.from_bytes(sha512(signature[:32] + key + text).digest(), "little") % ORDER
    s, base = int.from_bytes(signature[32:], "little"), point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return len(signature) == 64 and s < ORDER and times(s, base) == add(point(signature[:32]), times(h, point(key)))
def octets_of(encoded):
    octets = b64decode(encoded)
    return octets if b64encode(octets).decode() == encoded else b""
def opened(note, vkey):  # the lines of a signed note (C2SP signed-note), if the key has signed it
    name, ident, key = vkey.rstrip("\n").split("+", 2)
    key, (text, _empty, lines) = octets_of(key), note.rpartition("\n\n")
    if key[:1] != b"\x01" or sha256(name.encode() + b"\n" + key).hexdigest()[:8] != ident:
        raise ValueError("The public key is damaged.")
    signatures = [octets_of(line[len(name) + 3 :]) for line in lines.split("\n") if line.startswith(f"— {name} ")]
    if not any(s[:4].hex() == ident and is_signed(f"{text}\n".encode(), s[4:], key[1:]) for s in signatures):
        raise ValueError(f"The signature is wrong: this was not signed by the key of {name}.")
    return text.split("\n")
def signed_tree(note, vkey):
    _origin, size, root, time = opened(note, vkey)
    return int(size), b64decode(root), time[5:]
def node(left, right):  # and the tree: RFC 6962, section 2.1
    return sha256(b"\x01" + left + right).digest()
def root_of(level):
    while len(level) > 1:
        level = [*map(node, level[::2], level[1::2]), *level[len(level) & ~1 :]]
    return level[0] if level else sha256().digest()
def climb(place, last, old, new, hashes):  # RFC 9162, sections 2.1.3.2 and 2.1.4.2
    for sibling in hashes:
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else (None, None)
def check_proof(said, vkey):
    hashes, (size, root, time) = [octets_of(one) for one in said["hashes"]], signed_tree(said["checkpoint"], vkey)
    if "canonical" in said:
        index, leaf = said["index"], sha256(b"\x00" + said["canonical"].encode()).digest()
        if not 0 <= index < size or climb(index, size - 1, leaf, leaf, hashes)[1] != root:
            raise ValueError("The proof does not lead from this entry to the signed root.")
        entry = json.loads(said["canonical"])["id"]
        also = {"id": entry, "leaf_hash": leaf.hex(), "root": b64encode(root).decode(), "vkey": vkey.strip()}
        if any(said.get(name, right) != right for name, right in also.items()):
            raise ValueError("What stands beside the proof is about another entry than the one that is proved.")
        return f"The entry is number {index} of the {size} that were signed at {time}: {entry}"
    first, old, _time = signed_tree(said["older"], vkey)
    even, hashes = (first & -first or 1).bit_length() - 1, hashes if first & (first - 1) else [old, *hashes]
    place, last = (first - 1) >> even, (size - 1) >> even
    is_same, is_older = (first, old) == (size, root), 0 < first < size and len(hashes) > 0
    if not is_same and not (is_older and climb(place, last, hashes[0], hashes[0], hashes[1:]) == (old, root)):
        raise ValueError("The newer checkpoint does not continue the older one.")
    return f"The {size} entries that were signed at {time} begin with the {first} of the older checkpoint."
def check_each(folder, known):  # some entries, each by its own proof
    given = [known] if known else [file.read_text("utf-8") for file in sorted(folder.glob("log*.vkey"))]
    keys = {key.split("+")[0]: key.strip() for key in given}
    found = [json.loads(file.read_text("utf-8")) for file in sorted((folder / "proofs").iterdir())]
    _ = [check_proof(said, keys[said["vkey"].split("+")[0]]) for said in found]
    lines, proved = (folder / "entries.jsonl").read_bytes().split(b"\n"), {one["canonical"].encode() for one in found}
    wrong = ", ".join(str(at) for at, line in enumerate(lines[:-1], 1) if line not in proved)
    if len(found) != len(proved) or sorted(lines) != sorted([*proved, b""]):
        raise ValueError(f"entries.jsonl has not the entries that are proved. Not among them: line {wrong or 'none'}.")
    return f"Each of the {len(found)} entries is the one that was signed by {', '.join(keys.values())}"
def check_whole(folder, vkey):  # every entry against the signed root
    size, root, time = signed_tree((folder / "checkpoint.txt").read_bytes().decode(), vkey)
    with (folder / "entries.jsonl").open("rb") as lines:
        found = [sha256(b"\x00" + (line[:-1] if line[-1:] == b"\n" else b"")).digest() for line in lines]
    lines = (folder / "leaves.txt").read_bytes().decode("latin-1").split("\n")[:-1]
    kept = [bytes.fromhex(line) if re.fullmatch("[0-9a-f]{64}", line) else b"" for line in lines]
    if found == kept and len(found) == size and root_of(found) == root:
        return found, time
    right, kept_right = [len(leaves) == size and root_of(leaves) == root for leaves in (found, kept)]
    first_at = {leaf: at for at, leaf in reversed(list(enumerate(found)))}
    wrong = [f"Entry {at} is entry {first_at[leaf]} once more." for at, leaf in enumerate(found) if first_at[leaf] < at]
    if len(found) != size:
        wrong.append(f"{abs(size - len(found))} entries are {'missing' if len(found) < size else 'beyond the end'}.")
    if not kept_right:
        wrong.append(f"leaves.txt does not give the signed root; the entries {'do' if right else 'do not either'}.")
    else:
        first = next((at for at in range(min(size, len(found))) if found[at] != kept[at]), min(size, len(found)))
        wrong.append(f"The first that differs from what was signed is entry {first}.")
    raise ValueError(" ".join(wrong))
def check_receipt(note, vkey, leaves, time):
    _version, _origin, entry, leaf, issued, seconds = opened(note, vkey)
    due = (datetime.fromisoformat(issued[:19]) + timedelta(seconds=int(seconds))).isoformat()
    if b64decode(leaf) in leaves:
        return f"Entry {entry} of the receipt is number {leaves.index(b64decode(leaf))}."
    if time[:19] > due:
        raise ValueError(f"Entry {entry} was left out: by its receipt it had to be in the log by {due}Z.")
    return f"Entry {entry} is not here; by its receipt the log has until {due}Z."
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    for name in ("receipt", "older", "proof", "vkey"):
        parser.add_argument(f"--{name}", type=lambda file: Path(file).read_text("utf-8"), metavar="FILE")
    given = parser.parse_args()
    _ = given.folder or given.proof or parser.error("a FOLDER or --proof FILE is needed")
    try:
        if given.proof:
            said = json.loads(given.proof) if given.proof[:5] != "c2sp." else parser.error("--proof takes JSON")
            vkey = (said["checkpoint"] and (given.vkey or said["vkey"])) or parser.error("the entry had no place yet")
            print(check_proof(said, vkey))
        if given.folder and (given.folder / "proofs").is_dir():
            _ = (given.receipt or given.older) and parser.error("--receipt and --older need the whole record")
            print(check_each(given.folder, given.vkey))
        elif given.folder:
            vkey = given.vkey or (given.folder / "log.vkey").read_bytes().decode()
            leaves, time = check_whole(given.folder, vkey)
            print(f"All {len(leaves)} entries are those that were signed at {time} by {vkey.strip()}")
            if given.older:
                size, root, _time = signed_tree(given.older, vkey)
                if root_of(leaves[:size]) != root:
                    raise ValueError("The older checkpoint is not continued: it was over other entries.")
                print(f"They begin with the {size} of the older checkpoint.")
            if given.receipt:
                print(check_receipt(given.receipt, vkey, leaves, time))
    except (ValueError, LookupError, TypeError, AttributeError, OSError, RecursionError, ArithmeticError) as wrong:
        sys.exit(f"WRONG: {wrong}")
if __name__ == "__main__":
    main()
