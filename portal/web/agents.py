"""Machines that look at addresses before people do: link previews and mail scanners. HTTP libraries are not named."""

from __future__ import annotations

import re

from flask import request

# Names that these services send of themselves. Browsers that bear a maker's name (Avast, Teams) are people.
_PREVIEWS = re.compile(
    r"whatsapp|facebookexternalhit|facebot|telegrambot|slackbot|slack-imgproxy|twitterbot|linkedinbot|discordbot|"
    r"skypeuripreview|microsoft office|ms-office|microsoftpreview|bingpreview|bingbot|googlebot|"
    r"google-safety|googleimageproxy|google-read-aloud|apis-google|applebot|imessage|signal-|viber|mattermost|"
    r"zulip|rocket\.chat|redditbot|pinterestbot|embedly|iframely|mastodon/|cardyb|vkshare|kakaotalk-scrap|line-poker|"
    r"nextcloud server|synapse/|xmpp-preview|outlook-?link|safelinks|barracuda|proofpoint|mimecast|"
    r"forcepoint|trendmicro|cisco-?ironport|symantec|messagelabs|fireeye|fortimail|sophos|zscaler|"
    r"urlscan|virustotal|headlesspreview|yandexbot|duckduckbot|petalbot|ahrefsbot|semrushbot",
    re.IGNORECASE,
)


def is_preview() -> bool:
    """Whether the agent is known to fetch links without a person."""
    return bool(_PREVIEWS.search(request.user_agent.string or ""))


def is_navigation() -> bool:
    """Whether a person's browser asks for a page: navigation, no prefetch, no known machine (DETAILS 4, *opened*)."""
    mode = request.headers.get("Sec-Fetch-Mode")
    purpose = (
        request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "") + request.headers.get("X-Moz", "")
    )
    return request.method == "GET" and mode in (None, "navigate") and "prefetch" not in purpose and not is_preview()
