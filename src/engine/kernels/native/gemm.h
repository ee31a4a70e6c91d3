// Matrix products: packing, micro-kernels for every row count, and the loops around them.
//
// C[m][n] = Σ_k A[m][k] B[k][n]. B is packed in panels of one to three vectors of columns, [k][columns], so that the inner loop reads it
// in order; a micro-kernel keeps a tile of R rows × one panel of C in registers and runs over all k. Every number of C is one chain
// of multiply-adds in ascending k, whatever the tiling: results depend neither on the tile sizes nor on the number of threads.
#pragma once
#include "kernels.h"
#include "simd.h"

namespace unroll {
namespace UNROLL_ISA {

/** Largest row counts for panels of 1, 2 and 3 vectors that leave registers for the panel and the broadcast number. */
constexpr size_t kMaxRows[4] = {0, kRegisters == 32 ? 14 : 12, kRegisters == 32 ? 14 : 6, kRegisters == 32 ? 9 : 4};
/** Steps of k in one go: a tile of A (14 rows) then fits the first-level cache, a group of panels of B the second. */
constexpr size_t kDepth = 512;
/** Floats of B that are worked through before going to the next rows: half a typical 2 MB second-level cache. */
constexpr size_t kGroupFloats = 256 * 1024;

alignas(64) static const float kZeros[kLanes * 3] = {};

static UNROLL_INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }
static UNROLL_INLINE size_t ceilDiv(size_t a, size_t b) { return (a + b - 1) / b; }

/** Where a tile of C starts from and goes to, for each vector of its panel; rows are a stride apart (0 repeats one row, as a bias). */
struct Tile {
  const float* from[3];
  ptrdiff_t fromRow[3];
  float* to[3];
  ptrdiff_t toRow;
};

typedef void (*Micro)(const float* a, ptrdiff_t lda, const float* b, size_t K, const Tile& tile, const float* ahead);

/**
 * R rows times a panel of W vectors. A is row-major with row stride lda, or (packed) has k down its rows: a[k * lda + r]. On the way
 * K vectors from `ahead` are fetched into the second-level cache: weights that come next and would else wait for the slow third level.
 */
template <size_t R, size_t W, bool kPacked>
static void micro(const float* a, ptrdiff_t lda, const float* b, size_t K, const Tile& tile, const float* ahead) {
  Vec c[R][W];
#pragma GCC unroll 3
  for (size_t w = 0; w < W; w++) {
#pragma GCC unroll 14
    for (size_t r = 0; r < R; r++) c[r][w] = load(tile.from[w] + (ptrdiff_t)r * tile.fromRow[w]);
  }
  // Four rows share a base pointer: base, + lda, + 2 lda and + 3 lda are addressing modes, so that 14 rows need no 14 registers.
  constexpr size_t kBases = (R + 3) / 4;
  const float* base[kBases];
  for (size_t g = 0; g < kBases; g++) base[g] = a + 4 * (ptrdiff_t)g * lda;
  const ptrdiff_t lda3 = 3 * lda;
#pragma GCC unroll 2
  for (size_t k = 0; k < K; k++) {
    Vec panel[W];
#pragma GCC unroll 3
    for (size_t w = 0; w < W; w++) panel[w] = *(const Vec*)(b + w * kLanes);
    b += W * kLanes;
    __builtin_prefetch(ahead, 0, 2);
    ahead += kLanes;
#pragma GCC unroll 14
    for (size_t r = 0; r < R; r++) {
      float x;
      if (kPacked) x = a[r];
      else x = base[r / 4][r % 4 == 0 ? 0 : r % 4 == 1 ? lda : r % 4 == 2 ? 2 * lda : lda3];
#pragma GCC unroll 3
      for (size_t w = 0; w < W; w++) c[r][w] = multiplyAdd(x, panel[w], c[r][w]);
    }
    if (kPacked) {
      a += lda;
    } else {
#pragma GCC unroll 4
      for (size_t g = 0; g < kBases; g++) base[g]++;
    }
  }
#pragma GCC unroll 3
  for (size_t w = 0; w < W; w++) {
#pragma GCC unroll 14
    for (size_t r = 0; r < R; r++) store(tile.to[w] + (ptrdiff_t)r * tile.toRow, c[r][w]);
  }
}

template <size_t W, bool kPacked, size_t R = 1>
struct MicroTable {
  static constexpr void fill(Micro* table) {
    table[R] = micro<R, W, kPacked>;
    if constexpr (R < kMaxRows[W]) MicroTable<W, kPacked, R + 1>::fill(table);
  }
};

/** [packed][vectors of the panel][rows]. Constant: no code of this instruction set may run before it is known that the machine has it. */
struct Micros {
  Micro of[2][4][16] = {};
  constexpr Micros() {
    MicroTable<1, false>::fill(of[0][1]);
    MicroTable<2, false>::fill(of[0][2]);
    MicroTable<3, false>::fill(of[0][3]);
    MicroTable<1, true>::fill(of[1][1]);
    MicroTable<2, true>::fill(of[1][2]);
    MicroTable<3, true>::fill(of[1][3]);
  }
};
static constexpr Micros kMicros;

/** `rows` split into tiles of at most `most` rows, as even as they get. */
struct Split {
  size_t rows, tiles;
  Split(size_t rows_, size_t most) : rows(rows_), tiles(ceilDiv(rows_, most)) {}
  size_t begin(size_t tile) const { return rows * tile / tiles; }
};

/** The panels that `columns` columns are cut into: two vectors each, the last one or three where that leaves fewer empty lanes. */
struct Panels {
  size_t columns, vectors, count;
  explicit Panels(size_t columns_)
      : columns(columns_), vectors(ceilDiv(columns_, kLanes)), count(vectors < 2 ? 1 : vectors / 2) {}
  size_t width(size_t panel) const { return panel + 1 == count ? vectors - 2 * panel : 2; }  // in vectors
  size_t firstColumn(size_t panel) const { return panel * 2 * kLanes; }
  /** Floats before `panel` in a packed B of depth K; panels lie one behind the other. */
  size_t offset(size_t panel, size_t K) const { return firstColumn(panel) * K; }
  size_t floats(size_t K) const { return vectors * kLanes * K; }
  size_t columnsOf(size_t panel) const { return least(columns - firstColumn(panel), width(panel) * kLanes); }
};

/** Panel of B[k][column] = row(k)[column]: copies. A row that is null counts as zeros, and so do columns from `readable` on. */
template <class Row>
static UNROLL_INLINE void packPanel(float* to, const Panels& panels, size_t panel, size_t K, size_t readable, Row row) {
  const size_t width = panels.width(panel), first = panels.firstColumn(panel);
  const size_t columns = readable > first ? readable - first : 0;
  for (size_t k = 0; k < K; k++) {
    const float* from = row(k);
    for (size_t w = 0; w < width; w++, to += kLanes) {
      const size_t column = w * kLanes;
      store(to, from && column < columns ? loadPart(from + first + column, columns - column) : Vec{});
    }
  }
}

/** One vector of columns of B[k][column] = from[column * ld + k]: a transposing copy. Rows of B are `stride` floats apart. */
static inline void packTransposed(float* to, size_t stride, const float* from, ptrdiff_t ld, size_t columns, size_t K) {
  for (size_t k = 0; k < K; k += kLanes) {
    const size_t depth = least(kLanes, K - k);
    Vec square[kLanes];
#pragma GCC unroll 16
    for (size_t c = 0; c < kLanes; c++) square[c] = c < columns ? loadPart(from + (ptrdiff_t)c * ld + k, depth) : Vec{};
    transpose(square);
    for (size_t i = 0; i < depth; i++) store(to + (k + i) * stride, square[i]);
  }
}

/** Panel of Wᵀ for W [columns,K] row-major. */
static inline void packPanelTransposed(float* to, const Panels& panels, size_t panel, const float* weight, size_t K) {
  const size_t width = panels.width(panel), first = panels.firstColumn(panel), columns = panels.columnsOf(panel);
  for (size_t w = 0; w < width; w++) {
    const size_t column = w * kLanes;
    const size_t real = column < columns ? columns - column : 0;
    packTransposed(to + column, width * kLanes, weight + (first + column) * K, (ptrdiff_t)K, real, K);
  }
}

/** The columns of C behind one panel. A panel that is not full goes through a buffer, so that nothing is written beyond the last column. */
class PanelTarget {
 public:
  PanelTarget(float* c, ptrdiff_t ldc, const Panels& panels, size_t panel)
      : c_(c + panels.firstColumn(panel)), ldc_(ldc), width_(panels.width(panel)), columns_(panels.columnsOf(panel)) {}

  /** `from`: start values, padded to whole vectors and used for every row; null: start from C. `ahead`: see micro. */
  void multiply(const float* a, ptrdiff_t lda, size_t rows, const float* b, size_t K, bool packed, const float* from,
                const float* ahead) const {
    const Micro kernel = kMicros.of[packed][width_][rows];
    float buffer[16 * 3 * kLanes];
    const bool whole = columns_ == width_ * kLanes;
    float* to = whole ? c_ : buffer;
    const ptrdiff_t ld = whole ? ldc_ : (ptrdiff_t)(3 * kLanes);
    if (!whole && !from) {
      for (size_t r = 0; r < rows; r++) {
        for (size_t w = 0; w * kLanes < columns_; w++) {
          store(buffer + r * 3 * kLanes + w * kLanes, loadPart(c_ + (ptrdiff_t)r * ldc_ + w * kLanes, columns_ - w * kLanes));
        }
        for (size_t w = ceilDiv(columns_, kLanes); w < width_; w++) store(buffer + r * 3 * kLanes + w * kLanes, Vec{});
      }
    }
    Tile tile;
    for (size_t w = 0; w < width_; w++) {
      tile.from[w] = (from ? from : to) + w * kLanes;
      tile.fromRow[w] = from ? 0 : ld;
      tile.to[w] = to + w * kLanes;
    }
    tile.toRow = ld;
    kernel(a, lda, b, K, tile, ahead);
    if (!whole) {
      for (size_t r = 0; r < rows; r++) {
        for (size_t w = 0; w * kLanes < columns_; w++) {
          storePart(c_ + (ptrdiff_t)r * ldc_ + w * kLanes, load(buffer + r * 3 * kLanes + w * kLanes), columns_ - w * kLanes);
        }
      }
    }
  }

  /** Asks for the first `rows` rows, to be written: where C is larger than the caches, waiting for it would cost a tenth of the time. */
  void fetch(size_t rows) const {
    for (size_t r = 0; r < rows; r++) {
      for (size_t column = 0; column < columns_; column += 16) __builtin_prefetch(c_ + (ptrdiff_t)r * ldc_ + column, 1, 3);
    }
  }

 private:
  float* c_;
  ptrdiff_t ldc_;
  size_t width_, columns_;
};

/**
 * c[rows,columns] = a[rows,K] B (+ bias, or + c). `packed` holds the panels [firstPanel, lastPanel) of B, of depth K, from its start.
 * `bias` is padded to whole vectors, indexed by column. A is read where it stands.
 */
static inline void multiplyPanels(float* c, ptrdiff_t ldc, const float* a, ptrdiff_t lda, size_t rows, size_t K, const float* packed,
                           const Panels& panels, size_t firstPanel, size_t lastPanel, const float* bias, bool accumulate) {
  if (rows == 0) return;
  const Split depths(K, kDepth);
  const size_t origin = panels.offset(firstPanel, K);
  const size_t depth = ceilDiv(K, depths.tiles);
  const size_t group = kGroupFloats / (depth * 2 * kLanes) + 1;
  for (size_t g = firstPanel; g < lastPanel; g += group) {
    const size_t end = least(g + group, lastPanel);
    for (size_t d = 0; d < depths.tiles; d++) {
      const size_t k0 = depths.begin(d), k1 = depths.begin(d + 1);
      // Panels of one width have one best row count; the last may differ, so it has its own pass.
      for (size_t from = g; from < end;) {
        const size_t width = panels.width(from);
        size_t to = from + 1;
        while (to < end && panels.width(to) == width) to++;
        const Split tiles(rows, kMaxRows[width]);
        for (size_t t = 0; t < tiles.tiles; t++) {
          const size_t r0 = tiles.begin(t), r1 = tiles.begin(t + 1);
          for (size_t panel = from; panel < to; panel++) {
            const float* start = bias ? bias + panels.firstColumn(panel) : kZeros;
            const bool continued = d > 0 || accumulate;
            const float* b = packed + panels.offset(panel, K) - origin;
            // The first rows' tiles fetch this panel's next depth, a vector of columns each; after the last depth comes the first.
            const float* next = b + (d + 1 < depths.tiles ? k1 : 0) * width * kLanes;
            PanelTarget(c + (ptrdiff_t)r0 * ldc, ldc, panels, panel)
                .multiply(a + (ptrdiff_t)r0 * lda + k0, lda, r1 - r0, b + k0 * width * kLanes, k1 - k0, false,
                          continued ? nullptr : start, next + least(t, width - 1) * (k1 - k0) * kLanes);
          }
        }
        from = to;
      }
    }
  }
}

/** One block of rows of a weight gradient: for m < rows: c[o][m][:] (+)= Σ_k a[k][m] operand[o][k][:], bias[o][m] (+)= Σ_k a[k][m]. */
struct OuterBlock {
  const float* a;  // first of `rows` neighbouring columns
  size_t rows;
  float* c[2];       // null: not wanted
  size_t operand[2];
  float* bias[2];  // null: not wanted
};

struct OuterOperand {
  const float* from;
  ptrdiff_t ld;
  const int32_t* rows;  // row of `from` behind each k; null: k itself
  size_t columns;
};

/** Σ over time and batch of gradient × input: the weight gradients of several gates and inputs at once, sharing what is packed. */
class OuterProduct {
 public:
  static constexpr size_t kMost = kMaxRows[2];
  static constexpr size_t kChunkTiles = 12;

  OuterProduct(size_t K, ptrdiff_t lda, const OuterBlock* blocks, size_t blockCount, const OuterOperand* operands,
               size_t operandCount, bool accumulate, Scratch& scratch, size_t threads)
      : K_(K), lda_(lda), blocks_(blocks), blockCount_(blockCount), operands_(operands), operandCount_(operandCount),
        accumulate_(accumulate), depths_(K, kDepth) {
    depth_ = K == 0 ? 0 : ceilDiv(K, depths_.tiles);
    size_t floats = 0;
    for (size_t o = 0; o < operandCount; o++) floats += Panels(operands[o].columns).floats(depth_);
    for (size_t i = 0; i < 2; i++) packed_[i] = scratch.floats(floats);
    rowFloats_ = tileFloats() * kChunkTiles;
    rows_ = scratch.floats(rowFloats_ * threads);
    for (size_t b = 0; b < blockCount; b++) tiles_ += ceilDiv(blocks[b].rows, kMost);
  }

  void run(const Worker& worker) const {
    if (K_ == 0) return clear(worker);
    size_t firstTile, lastTile;
    worker.share(tiles_, firstTile, lastTile);
    float* rows = rows_ + rowFloats_ * worker.index;
    for (size_t d = 0; d < depths_.tiles; d++) {
      const size_t k0 = depths_.begin(d), depth = depths_.begin(d + 1) - k0;
      float* packed = packed_[d % 2];
      pack(worker, packed, k0, depth);
      // Others still read the buffer of the depth before; this one's last readers passed this barrier a round ago.
      worker.barrier();
      for (size_t t = firstTile; t < lastTile; t += kChunkTiles) multiply(rows, packed, t, least(t + kChunkTiles, lastTile), k0, depth);
    }
  }

 private:
  /** A sum over nothing. */
  void clear(const Worker& worker) const {
    if (accumulate_ || worker.index > 0) return;
    for (size_t b = 0; b < blockCount_; b++) {
      for (size_t i = 0; i < 2; i++) {
        const OuterBlock& block = blocks_[b];
        if (block.c[i]) __builtin_memset(block.c[i], 0, block.rows * operands_[block.operand[i]].columns * sizeof(float));
        if (block.bias[i]) __builtin_memset(block.bias[i], 0, block.rows * sizeof(float));
      }
    }
  }

  /** Floats of a packed tile, with room for a vector that is stored whole. */
  size_t tileFloats() const { return kMost * depth_ + 2 * kLanes; }

  struct TileRows {
    const OuterBlock* block;
    size_t begin, count;
  };

  TileRows tile(size_t index) const {
    for (size_t b = 0;; b++) {
      const Split split(blocks_[b].rows, kMost);
      if (index < split.tiles) return {blocks_ + b, split.begin(index), split.begin(index + 1) - split.begin(index)};
      index -= split.tiles;
    }
  }

  void pack(const Worker& worker, float* to, size_t k0, size_t depth) const {
    for (size_t o = 0; o < operandCount_; o++) {
      const OuterOperand& operand = operands_[o];
      const Panels panels(operand.columns);
      size_t begin, end;
      worker.share(panels.count, begin, end);
      for (size_t panel = begin; panel < end; panel++) {
        packPanel(to + panels.offset(panel, depth), panels, panel, depth, operand.columns, [&](size_t k) {
          const size_t row = operand.rows ? (size_t)operand.rows[k0 + k] : k0 + k;
          return operand.from + (ptrdiff_t)row * operand.ld;
        });
      }
      to += panels.floats(depth);
    }
  }

  /**
   * Copies the tiles' columns of A to [k][count] each, and adds them up for the bias. A few rows at a time, and of these one tile after the
   * other: neighbouring tiles share cache lines and pages of A.
   */
  void packRows(float* to, size_t firstTile, size_t lastTile, size_t k0, size_t depth) const {
    constexpr size_t kRows = 16;
    constexpr size_t kVectors = (kMost + kLanes - 1) / kLanes;
    TileRows tiles[kChunkTiles];
    Vec sums[kChunkTiles][kVectors] = {};
    for (size_t t = firstTile; t < lastTile; t++) tiles[t - firstTile] = tile(t);
    for (size_t begin = 0; begin < depth; begin += kRows) {
      const size_t end = least(begin + kRows, depth);
      for (size_t t = 0; t < lastTile - firstTile; t++) packRows(to + t * tileFloats(), tiles[t], k0, begin, end, sums[t]);
    }
    for (size_t t = 0; t < lastTile - firstTile; t++) addBias(tiles[t], k0, sums[t]);
  }

  void packRows(float* to, const TileRows& t, size_t k0, size_t begin, size_t end, Vec* sums) const {
    const float* from = t.block->a + t.begin + (ptrdiff_t)(k0 + begin) * lda_;
    to += begin * t.count;
    const size_t vectors = ceilDiv(t.count, kLanes);
    for (size_t k = begin; k < end; k++, from += lda_, to += t.count) {
      // Whole vectors are stored, the next row overwrites what is too much. The last rows must not read beyond the matrix.
      const bool careful = k0 + k + kMost + kLanes > K_;
      for (size_t v = 0; v < vectors; v++) {
        const size_t left = t.count - v * kLanes;
        const Vec x = careful ? loadPart(from + v * kLanes, left) : load(from + v * kLanes);
        store(to + v * kLanes, x);
        sums[v] += x;
      }
    }
  }

  void addBias(const TileRows& t, size_t k0, const Vec* sums) const {
    for (size_t i = 0; i < 2; i++) {
      float* bias = t.block->bias[i];
      if (!bias) continue;
      for (size_t r = 0; r < t.count; r++) {
        const float start = k0 > 0 || accumulate_ ? bias[t.begin + r] : 0.0f;
        bias[t.begin + r] = start + sums[r / kLanes][r % kLanes];
      }
    }
  }

  void multiply(float* rows, const float* packed, size_t firstTile, size_t lastTile, size_t k0, size_t depth) const {
    const size_t stride = tileFloats();
    packRows(rows, firstTile, lastTile, k0, depth);
    const float* base = packed;
    for (size_t o = 0; o < operandCount_; o++) {
      const Panels panels(operands_[o].columns);
      const size_t group = kGroupFloats / (depth * 2 * kLanes) + 1;
      for (size_t g = 0; g < panels.count; g += group) {
        for (size_t t = firstTile; t < lastTile; t++) {
          const TileRows at = tile(t);
          for (size_t i = 0; i < 2; i++) {
            if (!at.block->c[i] || at.block->operand[i] != o) continue;
            for (size_t panel = g; panel < least(g + group, panels.count); panel++) {
              if (panel + 1 < panels.count) target(at, i, panels, panel + 1).fetch(at.count);
              multiplyTile(at, i, rows + (t - firstTile) * stride, panels, panel, base + panels.offset(panel, depth), k0, depth);
            }
          }
        }
      }
      base += panels.floats(depth);
    }
  }

  static PanelTarget target(const TileRows& at, size_t i, const Panels& panels, size_t panel) {
    return {at.block->c[i] + (ptrdiff_t)(at.begin * panels.columns), (ptrdiff_t)panels.columns, panels, panel};
  }

  void multiplyTile(const TileRows& at, size_t i, const float* rows, const Panels& panels, size_t panel, const float* b, size_t k0,
                    size_t depth) const {
    const ptrdiff_t ldc = (ptrdiff_t)panels.columns;
    const bool continued = k0 > 0 || accumulate_;
    const size_t width = panels.width(panel);
    float* c = at.block->c[i] + (ptrdiff_t)at.begin * ldc;
    // A panel of three vectors takes fewer rows than a packed tile has.
    const Split split(at.count, kMaxRows[width]);
    for (size_t s = 0; s < split.tiles; s++) {
      const size_t r0 = split.begin(s);
      PanelTarget(c + (ptrdiff_t)r0 * ldc, ldc, panels, panel)
          .multiply(rows + r0, (ptrdiff_t)at.count, split.begin(s + 1) - r0, b, depth, true, continued ? nullptr : kZeros, b);
    }
  }

  size_t K_;
  ptrdiff_t lda_;
  const OuterBlock* blocks_;
  size_t blockCount_;
  const OuterOperand* operands_;
  size_t operandCount_;
  bool accumulate_;
  Split depths_;
  size_t depth_ = 0;
  size_t tiles_ = 0;
  float* packed_[2];
  float* rows_;
  size_t rowFloats_;
};

}  // namespace UNROLL_ISA
}  // namespace unroll
