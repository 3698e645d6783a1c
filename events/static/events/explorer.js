// GraphiQL for this server, as whoever is logged in to the viewer.
"use strict";

const EXAMPLE = `# The newest events.
# Ctrl+Enter runs, Ctrl+Space completes.

query Newest($filter: String) {
  events(last: 20, filter: $filter) {
    edges {
      cursor
      node {
        id
        topic
        status
        project
        user
        description
        createdAt
      }
    }
    pageInfo {
      hasPreviousPage
      endCursor
    }
  }
}
`;

const root = document.getElementById("explorer");

/** Send a query with the CSRF token, which a browser's session needs, and return the answer. */
async function ask(query, options) {
  const answer = await fetch(root.dataset.url, {
    method: "POST",
    headers: { ...options?.headers, "Content-Type": "application/json", "X-CSRFToken": root.dataset.token },
    body: JSON.stringify(query),
  });
  return answer.json();
}

ReactDOM.createRoot(root).render(
  React.createElement(GraphiQL, { fetcher: ask, defaultQuery: EXAMPLE, shouldPersistHeaders: false }),
);
