"""What a PDF/A says about itself (ISO 19005-3, 6.6): XMP that agrees with the document information.

The drawing library would write the instant of drawing into it, and the same matter would give other bytes each time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape

PROGRAM = "Foyer"

_PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
      <pdfaid:part>3</pdfaid:part>
      <pdfaid:conformance>B</pdfaid:conformance>
    </rdf:Description>
    <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
      <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
    </rdf:Description>
    <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
      <xmp:CreatorTool>{program}</xmp:CreatorTool>
      <xmp:CreateDate>{made_at}</xmp:CreateDate>
      <xmp:ModifyDate>{made_at}</xmp:ModifyDate>
      <xmp:MetadataDate>{made_at}</xmp:MetadataDate>
      <pdf:Producer>{program}</pdf:Producer>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>"""


def packet(*, title: str, author: str, made_at: datetime) -> str:
    """The XMP of a PDF/A-3B."""
    moment = made_at.astimezone(UTC).isoformat(timespec="seconds")
    return _PACKET.format(title=escape(title), author=escape(author), made_at=moment, program=PROGRAM)
