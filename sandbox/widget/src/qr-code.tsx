import qrcode from "qrcode-generator";

/** A QR code, drawn here. */
export function QrCode({ text, alt }: { text: string; alt: string }) {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const cells = Array.from({ length: size * size }, (_, at) => [Math.floor(at / size), at % size] as const);
  const dark = cells.filter(([row, column]) => code.isDark(row, column));
  return (
    <svg class="qr" role="img" aria-label={alt} viewBox={`-4 -4 ${size + 8} ${size + 8}`} shape-rendering="crispEdges">
      <path d={dark.map(([row, column]) => `M${column} ${row}h1v1h-1z`).join("")} />
    </svg>
  );
}
