"""Answers and articles → safe HTML and text. Every function is pure; its HTML is one line of text.

No text of a question, model or article becomes markup: strings are escaped, invisible and direction
characters removed, Markdown left as it stands; the only links are an article's own http(s) address.
There are no scripts, styles, images or event handlers in it.

Class names, for style sheet and scripts:

    article.answer            .stated or .refusal; .live while it is written (aria-busy)
      p.understood            the question as understood; q
      p.as-of-day             the day that it was asked as of
      div.sentences           or div.reports > section.report > p.as-of, side by side
        p.sentence            span.words, then span.check.verified | .partly-verified | .unverified;
                              .quoted where it is the article's own words
          span.citation       button.chip[data-citation][data-article][data-paragraph][data-start][data-end]
                              and span.card[role=tooltip]: to be shown on hover of span.citation and focus within;
                              q.card-quote, span.card-outlet
      p.draft                 what the model is writing, not checked
      div.refusal-card        p.reason, ul.closest > li > button.open-source[data-article …], blockquote
      p.confidence            .high | .low | .none
      p.newest                the day of its newest source
      details.how             section > h4; dl.facts, ol, div.scroll > table, .number, .none, .more
    article.source            header > h2.title, p.byline, p.about; p.paragraph#pN (.cited) > span.number, span.text;
                              mark, span.dateline
    ul.articles               li(.selected) > button.open-article[data-article] > bdi.title, span.place
    figure.timeline           svg.bars > rect.bar[data-period]; figcaption
    everywhere                .label, .date, .empty, .visually-hidden (for screen readers only)
"""
