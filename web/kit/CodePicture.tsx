// A code that the API drew. As a picture it can run nothing, whatever is inside.
interface Props {
  svg: string;
  label: string;
  className: string;
}

/** An SVG of the API, as a picture with a name. */
export function CodePicture({ svg, label, className }: Props) {
  return <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} alt={label} className={className} />;
}
