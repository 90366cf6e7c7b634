"""What is known about hosts: which are shorteners, archives, publishers, and which endings make a domain."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set: for long lists that are easier to read and to sort as words."""
    return frozenset(text.split())


# Endings of domains that abstracts use. An address with a scheme may have any ending; these matter where there is
# no scheme, or a blank in the host, and a wrong guess would turn a word into an address.
PLAIN_ENDINGS = word_set(
    "com org net edu gov mil int io ai co me dev app info biz cn de fr uk jp kr eu ch ca au nl es se fi dk pl ru "
    "br tw hk sg il cz pt gr tr ir vn nz za us mx ar cl hu ro ie lu ae sa bd pk xyz tech site online cloud "
    "science page wiki tv ly gl gy ms cc ml gg sh space world live studio design works pub press academy "
    "institute github blog art run chat world zone team software systems network digital global center "
    "foundation fyi vision tools bio games earth one group codes build care health ac ee lt lv si sk hr rs ua bg "
    "africa asia berlin"
)
# These endings are also words, so a sentence without a blank after its full stop looks like a host with them.
WORD_ENDINGS = word_set("it in at be no is to so my am as do us id")
ENDINGS = PLAIN_ENDINGS | WORD_ENDINGS

SHORTENERS = word_set(
    "1drv.ms aka.ms amzn.to bit.do bit.ly bitly.com bl.ink buff.ly cutt.ly db.tt dlvr.it dub.sh dwz.cn fb.me "
    "forms.gle g.co gg.gg git.io go.nature.com goo.gl goo.su hubs.la hubs.ly is.gd j.mp kutt.it lnkd.in n9.cl "
    "ow.ly qr.ae rb.gy rebrand.ly reurl.cc s.id short.gy short.io shorturl.at surl.li t.cn t.co t.ly "
    "tiny.cc tiny.one tinyurl.com tny.im tr.im trib.al u.nu urlr.me urlz.fr v.gd w.wiki x.gd zpr.io"
)

ARCHIVE_HOSTS = word_set(
    "zenodo.org figshare.com osf.io datadryad.org data.mendeley.com archive.org archive.softwareheritage.org "
    "dataverse.harvard.edu archive.ics.uci.edu physionet.org openneuro.org ieee-dataport.org codeocean.com "
    "web.archive.org opendatalab.com dataverse.nl darus.uni-stuttgart.de edmond.mpg.de researchdata.edu.au"
)
# DOI prefixes of archives of data and code, as registered with DataCite; any other DOI is taken for a paper's.
ARCHIVE_DOI_PREFIXES = word_set(
    "10.5281 10.6084 10.17605 10.5061 10.7910 10.17632 10.21227 10.18112 10.34740 10.57967 10.24432 10.13026 "
    "10.24433 10.17617 10.18419 10.57745 10.7303 10.15139 10.34894 10.7937 10.12751"
)

PAPER_HOSTS = word_set(
    "aclanthology.org aclweb.org openreview.net proceedings.mlr.press jmlr.org papers.nips.cc "
    "proceedings.neurips.cc dl.acm.org ieeexplore.ieee.org link.springer.com nature.com sciencedirect.com "
    "onlinelibrary.wiley.com semanticscholar.org biorxiv.org medrxiv.org pubmed.ncbi.nlm.nih.gov "
    "openaccess.thecvf.com mdpi.com science.org pnas.org frontiersin.org journals.plos.org isca-speech.org "
    "isca-archive.org ojs.aaai.org ijcai.org hal.science hal.archives-ouvertes.fr ssrn.com papers.ssrn.com "
    "eprint.iacr.org chemrxiv.org iopscience.iop.org pubs.acs.org tandfonline.com academic.oup.com "
    "journals.aps.org dblp.org scholar.google.com"
)

# Pages that nobody makes for one paper: video, news, social, package, file and encyclopaedia hosts.
OTHER_HOSTS = word_set(
    "youtube.com youtu.be m.youtube.com vimeo.com bilibili.com b23.tv twitter.com x.com linkedin.com facebook.com "
    "reddit.com medium.com towardsdatascience.com substack.com quora.com stackoverflow.com stackexchange.com "
    "wikipedia.org wikidata.org wikimedia.org wiktionary.org nytimes.com theguardian.com bbc.com bbc.co.uk "
    "cnn.com reuters.com bloomberg.com wired.com theverge.com techcrunch.com technologyreview.com forbes.com "
    "drive.google.com docs.google.com colab.research.google.com play.google.com apps.apple.com dropbox.com "
    "onedrive.live.com pan.baidu.com box.com mega.nz pypi.org npmjs.com anaconda.org crates.io cran.r-project.org "
    "bioconductor.org oeis.org "
    "hub.docker.com docker.com kaggle.com paperswithcode.com discord.gg discord.com slack.com t.me weixin.qq.com "
    "mp.weixin.qq.com zhihu.com chat.openai.com "
    "chatgpt.com claude.ai ted.com soundcloud.com flickr.com instagram.com tiktok.com imdb.com "
    "yelp.com ebay.com weibo.com github.io gitlab.io arxiv.org commoncrawl.org"
)
# Large sites: their front page is nobody's project page, but they hold project pages.
LARGE_SITES = word_set(
    "google.com microsoft.com amazon.com apple.com openai.com anthropic.com baidu.com yahoo.com bing.com meta.com "
    "nvidia.com huggingface.co adobe.com ibm.com booking.com tripadvisor.com airbnb.com expedia.com goodreads.com "
    "coursera.org edx.org zillow.com indeed.com glassdoor.com craigslist.org alibaba.com taobao.com jd.com steam.com "
    "steampowered.com spotify.com netflix.com last.fm perplexity.ai character.ai you.com duckduckgo.com"
)

# Words that stand where a name is not known yet. Compared as a whole segment, without regard to case.
PLACEHOLDERS = word_set(
    "tbd tba todo anonymous anonymized anonymised anonymousauthor anonymousauthors anonymous-author "
    "anonymous-authors anon placeholder username user-name user_name your-username your_username yourusername "
    "yourname your-name your-repo your_repo your-org reponame repo-name repo_name repository-name projectname "
    "project-name owner-name hidden removed redacted blinded double-blind blind-review blind-submission "
    "coming-soon comingsoon coming_soon to-be-released tobereleased to-be-announced link-to-code withheld "
    "link-removed"
)


def host_is_in(host: str, hosts: frozenset[str]) -> bool:
    """Whether `host` or a domain above it is in `hosts`."""
    while host:
        if host in hosts:
            return True
        _, _, host = host.partition(".")
    return False


def is_placeholder(segment: str) -> bool:
    """Whether a path segment stands for a name that is not known yet (`xxx`, `TBD`, `anonymous`)."""
    folded = segment.casefold().removesuffix(".git")
    if folded in PLACEHOLDERS:
        return True
    letters = folded.strip("<>[]{}*-_.")
    return len(letters) >= 2 and len(set(letters)) == 1 and letters[0] in "xyz"
